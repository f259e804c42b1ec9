/** The other end of node.ts: runs what it is told to, and answers. */

const kept = new Map<string, string>();
// Node 24 has none without a flag.
Object.defineProperty(globalThis, 'localStorage', {
  configurable: true,
  value: {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
    clear: () => kept.clear(),
  },
});
// One peer calls `window.fetch`, and one does nothing where there is no page.
Object.defineProperty(globalThis, 'window', { configurable: true, value: globalThis });
const origin = 'http://127.0.0.1:9';
Object.defineProperty(globalThis, 'location', { configurable: true, value: { origin, href: `${origin}/` } });

const work = await import(process.argv[2] ?? '');

process.on('message', async ({ id, name, args }: { id: number; name: string; args: unknown[] }) => {
  try {
    process.send?.({ id, value: await work[name](...args) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit());
process.send?.('ready');
