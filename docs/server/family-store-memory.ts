/** Families of refresh tokens in this process's memory: to try the example with. A restart signs everybody out. */

import type { Family, FamilyStore } from './refresh-tokens.ts';

export function familiesInMemory(families = new Map<string, Family>()): FamilyStore {
  return {
    async insert(family) {
      families.set(family.id, family);
    },
    async find(id) {
      const family = families.get(id);
      if (family && family.endsAt <= Date.now()) families.delete(id);
      return family;
    },
    // Without an `await` in it, it is one step.
    async swap(id, current, next) {
      const family = families.get(id);
      if (family?.current !== current) return false;
      families.set(id, { ...family, ...next });
      return true;
    },
    async delete(id) {
      families.delete(id);
    },
    async deleteOfUser(user) {
      for (const family of families.values()) if (family.user === user) families.delete(family.id);
    },
  };
}
