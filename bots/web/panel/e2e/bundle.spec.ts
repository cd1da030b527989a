/** What is built into the panel: no key, and no address that a page would ask for on its own. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';

/** Names that stand in texts of libraries and are never asked for; and Stripe, which a person may follow a link to. */
const NAMED = new Set(['www.w3.org', 'localhost', 'github.com', 'json-schema.org', 'reactrouter.com', 'react.dev', 'connect.stripe.com', 'radix-ui.com', 'docs.copilotkit.ai', 'supabase.com']);

const files = readdirSync('dist/assets', { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|css|html)$/.test(name));

test('no outside address and no secret is in the bundle', () => {
  expect(files.length).toBeGreaterThan(5);
  for (const name of files) {
    const text = readFileSync(join('dist/assets', name), 'utf8');
    const hosts = [...text.matchAll(/https?:\/\/([a-z0-9.-]+\.[a-z]{2,}|localhost)/gi)].map((found) => (found[1] ?? '').toLowerCase());
    expect(hosts.filter((host) => !NAMED.has(host)), name).toEqual([]);
    for (const secret of [/\beyJ[\w-]{10,}\.eyJ/, /\bsk_(live|test)_/, /service_role/, /-----BEGIN/, /whsec_/]) expect(secret.test(text), `${name}: ${String(secret)}`).toBe(false);
  }
});

test('the page runs no inline script and names only its own files', () => {
  const page = readFileSync('dist/index.html', 'utf8');
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(page).not.toMatch(/(src|href)="(?!\/)/);
});
