/** The server's settings: how it behaves from the next request on. */

import { type ReactNode, useSyncExternalStore } from 'react';
import { useAuth } from 'silent-refresh/react';
import type { Fault, Settings as ServerSettings } from '../../server/settings.ts';
import { server } from '../demo-server/control.ts';
import { serverNews } from '../demo-server/news.ts';
import { api } from '../instruments/instrumented-client.ts';
import { note, noteError } from './journal.ts';

const FAULTS: Record<Fault, string> = {
  none: 'none',
  '503': '503, with Retry-After',
  '429': '429, with Retry-After',
  'html-403': '403 from a proxy (HTML)',
  drop: 'the connection drops',
};

export function Settings() {
  const subject = useAuth((state) => (state.status === 'signed-in' ? state.subject : undefined));
  const { settings } = useSyncExternalStore(serverNews.subscribe, serverNews.get);

  async function attempt(done: string, action: () => Promise<void>) {
    try {
      await action();
      note('server', done);
    } catch (error) {
      noteError('Server settings', error);
    }
  }

  const change = (name: keyof ServerSettings, value: string | number | boolean) =>
    attempt(`${name}: ${value}`, () => server.change({ [name]: value }));

  async function revoke() {
    // An opaque token doesn't tell this page whose it is; the API knows.
    await server.revokeUser(subject ?? (await api.get('me').json<{ user: string }>()).user);
  }

  return (
    <section aria-labelledby="settings-title" className="panel">
      <h3 id="settings-title">Server settings</h3>
      {settings && (
        <div className="settings">
          <Amount label="Token lifetime" unit="s" name="lifetime" settings={settings} onChange={change} />
          <Amount label="Refresh takes" unit="ms" name="refreshLatency" settings={settings} onChange={change} />
          <Amount label="The API takes" unit="ms" name="apiLatency" settings={settings} onChange={change} />
          <Amount label="Overlap after rotation" unit="ms" name="overlap" settings={settings} onChange={change} />
          <Choice label="Access tokens" name="tokens" value={settings.tokens} onChange={change}>
            <option value="jwt">JWT</option>
            <option value="opaque">opaque</option>
          </Choice>
          <Choice label="Hint cookie" name="hint" value={settings.hint} onChange={change}>
            <option value="beside">set with the refresh token</option>
            <option value="none">not set: visitors cost a 401</option>
          </Choice>
          <Choice label="Fault at the refresh" name="fault" value={settings.fault} onChange={change}>
            {Object.entries(FAULTS).map(([fault, label]) => (
              <option key={fault} value={fault}>
                {label}
              </option>
            ))}
          </Choice>
          {settings.fault === 'drop' && (
            <label className="check">
              <input
                type="checkbox"
                data-testid="setting-dropAfterRotation"
                checked={settings.dropAfterRotation}
                onChange={(event) => change('dropAfterRotation', event.currentTarget.checked)}
              />
              It drops after the rotation, so that the answer is lost
            </label>
          )}
        </div>
      )}
      <div className="buttons">
        <button
          type="button"
          data-testid="revoke"
          onClick={() => attempt('the sessions of this user are revoked', revoke)}
        >
          Revoke this user
        </button>
        <button
          type="button"
          data-testid="reset"
          onClick={() => attempt('sessions, counts and settings are reset', server.resetEverything)}
        >
          Reset the server
        </button>
      </div>
    </section>
  );
}

type Change = (name: keyof ServerSettings, value: string | number) => void;

function Amount(props: {
  label: string;
  unit: string;
  name: 'lifetime' | 'refreshLatency' | 'apiLatency' | 'overlap';
  settings: ServerSettings;
  onChange: Change;
}) {
  const { label, unit, name, settings, onChange } = props;
  const value = settings[name];

  function commit(input: HTMLInputElement) {
    const amount = input.valueAsNumber;
    if (Number.isNaN(amount) || amount < 0) input.value = String(value);
    else if (amount !== value) onChange(name, amount);
  }

  return (
    <div className="field">
      <label htmlFor={name}>
        {label} <span className="unit">({unit})</span>
      </label>
      <input
        // Made anew when the setting changes elsewhere; while somebody types it is theirs.
        key={value}
        id={name}
        type="number"
        min="0"
        step="any"
        inputMode="decimal"
        defaultValue={value}
        data-testid={`setting-${name}`}
        onBlur={(event) => commit(event.currentTarget)}
        onKeyDown={(event) => event.key === 'Enter' && commit(event.currentTarget)}
      />
    </div>
  );
}

function Choice(props: {
  label: string;
  name: 'tokens' | 'hint' | 'fault';
  value: string;
  onChange: Change;
  children: ReactNode;
}) {
  const { label, name, value, onChange, children } = props;
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <select
        id={name}
        value={value}
        data-testid={`setting-${name}`}
        onChange={(event) => onChange(name, event.currentTarget.value)}
      >
        {children}
      </select>
    </div>
  );
}
