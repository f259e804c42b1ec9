/** What a sign-in command said when it failed, without what it may quote: a password, a token, a cookie. */

const LINES = 5;
/** Characters. */
const LONGEST = 200;

/** A header's value, a user's part of a URL, a query, and what is long enough for a token. */
const LIKE_SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]+)(["']?\s*[:=]).*/gi, '$1$2 …'],
  [/\/\/[^\s/@]+@/g, '//…@'],
  [/\?[^\s"']+/g, '?…'],
  [/[\w+=%~.-]{20,}/g, '…'],
];

/** @param env what the command may name: `$PASSWORD` */
export function lastLines(
  stderr: string,
  command: string,
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  const secrets = [...wordsOf(command), ...valuesNamed(command, env)].sort((a, b) => b.length - a.length);
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim());
  return lines.slice(-LINES).map((line) => {
    const withoutWords = secrets.reduce((text, word) => text.replaceAll(word, '…'), line);
    return LIKE_SECRETS.reduce((text, [pattern, by]) => text.replace(pattern, by), withoutWords).slice(0, LONGEST);
  });
}

/** All but the program, the options' names and the addresses may be a password. */
function wordsOf(command: string): string[] {
  const users = [...command.matchAll(/\/\/([^\s/@]+)@/g)].map(([, user = '']) => user);
  const [, ...rest] = command.replace(/https?:\/\/[^\s"'?]+/g, ' ').split(/\s+/);
  return [...users, ...rest]
    .flatMap((word) => [word, word.replace(/^-\w/, ''), ...word.split(/["'\\{}[\](),;:&=|<>$]+/)])
    .filter((word) => word.length > 3 && !/^--[\w-]+$/.test(word));
}

const valuesNamed = (command: string, env: Readonly<Record<string, string | undefined>>): string[] =>
  [...command.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => env[name] ?? '').filter((value) => value.length > 3);
