/** Which part of a host is its site: an estimate, by how long the last two labels are. */

import { describe, expect, it } from 'vitest';
import { isSameSite } from '../../src/check/site.ts';

/** @param a with or without its scheme */
const isOneSite = (a: string, b: string) => isSameSite(withScheme(a), withScheme(b));
const withScheme = (host: string) => new URL(host.includes('://') ? host : `https://${host}`);

describe('hosts of one site', () => {
  it.each([
    ['a suffix of one part', 'app.example.com', 'id.example.com'],
    ['the site itself, and a host of it', 'example.com', 'id.example.com'],
    ['hosts with more labels', 'www.app.example.com', 'id.example.com'],
    ['a suffix of two parts', 'app.example.co.uk', 'id.example.co.uk'],
    ['the site itself under a suffix of two parts', 'example.co.uk', 'id.example.co.uk'],
    ['a long name under a short suffix', 'app.example.de', 'id.example.de'],
    ['a name of four letters under a short suffix', 'app.shop.de', 'id.shop.de'],
    ['a short name under a suffix of three letters', 'app.abc.com', 'id.abc.com'],
    ['hosts that begin with a digit', '1.example.com', '2.example.com'],
    ['a network whose name ends with a digit', 'app.lan.node1', 'id.lan.node1'],
    ['one host, and two ports', 'http://localhost:1', 'http://localhost:2'],
    ['one address, and two ports', 'http://127.0.0.1:1', 'http://127.0.0.1:2'],
  ])('%s: %s and %s', (_what, a, b) => {
    expect(isOneSite(a, b)).toBe(true);
  });
});

describe('hosts of two sites', () => {
  it.each([
    ['other names under co.uk', 'app.example.co.uk', 'app.other.co.uk'],
    ['other names under com.au', 'app.example.com.au', 'app.other.com.au'],
    ['other names under com', 'app.example.com', 'app.other.com'],
    ['one name under other suffixes', 'app.example.com', 'app.example.org'],
    ['one name under other suffixes of two parts', 'example.co.uk', 'example.co.nz'],
    ['names that are alike but for the dot', 'example.com', 'examplec.om'],
    ['hosts that have a single label', 'intranet', 'localhost'],
    ['addresses that end alike', '10.1.2.3', '11.1.2.3'],
    ['http and https', 'http://app.example.com', 'https://app.example.com'],
    ['addresses of IPv6', '[::1]', '[::2]'],
  ])('%s: %s and %s', (_what, a, b) => {
    expect(isOneSite(a, b)).toBe(false);
  });
});
