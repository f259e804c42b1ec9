/** How much memory pages take: that of the browser's processes for pages, as the system sees it. */

import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly megabytes: number;
  readonly command: string;
}

/** How Chromium, Firefox and WebKit call them. */
const FOR_PAGES = /--type=renderer|-contentproc|WebKitWebProcess/;

/** Milliseconds between two looks. */
const LOOK = 50;

async function processes(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-ww', '-o', 'pid=,ppid=,rss=,args='], {
    maxBuffer: 10_000_000,
  });
  return stdout.split('\n').map((line) => {
    const [pid, parent, kilobytes, ...command] = line.trim().split(/\s+/);
    return {
      pid: Number(pid),
      parent: Number(parent),
      megabytes: Number(kilobytes) / 1_000,
      command: command.join(' '),
    };
  });
}

/** Of the pages that this process's browsers have open, by process. */
async function memoryOfPages(): Promise<Map<number, number>> {
  const all = await processes();
  const ours = new Set([process.pid]);
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  const pages = all.filter(({ pid, command }) => ours.has(pid) && FOR_PAGES.test(command));
  return new Map(pages.map(({ pid, megabytes }) => [pid, megabytes]));
}

/** What work in pages gives, and the most that any one of them grew meanwhile, in megabytes. */
export async function watchGrowth<T>(work: () => Promise<T>): Promise<{ result: T; megabytes: number }> {
  const before = await memoryOfPages();
  if (before.size === 0) throw new Error('No process of a page was found.');
  let megabytes = 0;
  async function look(): Promise<void> {
    for (const [pid, now] of await memoryOfPages()) megabytes = Math.max(megabytes, now - (before.get(pid) ?? now));
  }
  let state: 'working' | 'done' = 'working';
  const working = work().finally(() => {
    state = 'done';
  });
  while (state === 'working') {
    await look();
    await sleep(LOOK);
  }
  const result = await working;
  await look();
  return { result, megabytes };
}
