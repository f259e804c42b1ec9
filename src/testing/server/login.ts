/** Reads a login request, as JSON or as a form. */

export interface Login {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** The user is the field `user`, `username` or `email`. */
export async function readLogin(request: Request): Promise<Login> {
  const fields = await readFields(request);
  const name = fields.get('user') ?? fields.get('username') ?? fields.get('email');
  return { user: name, password: fields.get('password') };
}

/** Empty where nothing can be read. */
async function readFields(request: Request): Promise<Map<string, string>> {
  try {
    const isJson = /\bjson\b/i.test(request.headers.get('content-type') ?? '');
    const fields: Iterable<[string, unknown]> = isJson
      ? Object.entries(Object(await request.json()))
      : [...(await request.formData())];
    return new Map([...fields].filter((field): field is [string, string] => typeof field[1] === 'string'));
  } catch {
    return new Map();
  }
}
