/** oidc-provider's storage, for as long as a test takes. Its own one warns of itself at each start. */

import type { Adapter, AdapterPayload } from 'oidc-provider';

export function memory(): (model: string) => Adapter {
  const all = new Map<string, AdapterPayload>();
  return (model) => {
    const key = (id: string) => `${model} ${id}`;
    const findBy = (field: 'uid' | 'userCode', value: string) =>
      [...all].find(([key, payload]) => key.startsWith(`${model} `) && payload[field] === value)?.[1];
    return {
      upsert: async (id, payload) => void all.set(key(id), payload),
      find: async (id) => all.get(key(id)),
      findByUid: async (uid) => findBy('uid', uid),
      findByUserCode: async (userCode) => findBy('userCode', userCode),
      destroy: async (id) => void all.delete(key(id)),
      consume: async (id) => void Object.assign(all.get(key(id)) ?? {}, { consumed: Date.now() / 1_000 }),
      async revokeByGrantId(grantId) {
        for (const [key, payload] of all)
          if (key !== `Grant ${grantId}` && payload.grantId === grantId) all.delete(key);
      },
    };
  };
}
