/** An upload of any size, and whether what came back is what was sent. */

import { type FormEvent, useState } from 'react';
import { auth } from '../instruments/instrumented-client.ts';
import { note, noteError } from './journal.ts';

const MEGABYTE = 1_000_000;

export function Upload() {
  const [result, setResult] = useState('');

  async function upload(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const file = fields.get('file');
    const body = file instanceof File && file.name !== '' ? file : randomBytes(Number(fields.get('size')) * MEGABYTE);
    setResult('Uploading…');
    try {
      const response = await auth.fetch('/api/echo', { method: 'POST', body });
      const [sent, received] = [await body.arrayBuffer(), await response.arrayBuffer()];
      const verdict = !response.ok ? `answered ${response.status}` : isEqual(sent, received) ? 'equal' : 'not equal';
      setResult(`Sent ${bytes(sent)}, got ${bytes(received)} back: ${verdict}.`);
      note('request', `POST /api/echo, ${bytes(sent)} → ${response.status}, ${verdict}`);
    } catch (error) {
      setResult('It failed: see the log.');
      noteError('Upload', error);
    }
  }

  return (
    <section aria-labelledby="upload-title" className="panel">
      <h3 id="upload-title">Upload</h3>
      <form className="upload" onSubmit={upload}>
        <label htmlFor="file">A file of yours, of any size</label>
        <input id="file" name="file" type="file" data-testid="file" />
        <label htmlFor="size">or so many megabytes of random bytes</label>
        <input id="size" name="size" type="number" min="0" step="any" defaultValue="5" data-testid="upload-size" />
        <button type="submit" data-testid="upload">
          Upload
        </button>
        <p className="detail" role="status" data-testid="upload-result">
          {result || 'Expire the tokens first: the upload meets a 401, and is sent again, byte for byte.'}
        </p>
      </form>
    </section>
  );
}

/** `getRandomValues` gives no more than 64 KiB at once. */
const CHUNK = 65_536;

function randomBytes(size: number): Blob {
  const chunk = crypto.getRandomValues(new Uint8Array(CHUNK));
  const whole = Array.from({ length: Math.floor(size / CHUNK) }, () => chunk);
  return new Blob([...whole, chunk.subarray(0, size % CHUNK)]);
}

const bytes = (buffer: ArrayBuffer): string => `${buffer.byteLength.toLocaleString('en')} bytes`;

function isEqual(a: ArrayBuffer, b: ArrayBuffer): boolean {
  const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
