// Drives sign-in with the real client library, as an application does. Environment: URL, ANON, SERVICE, PASSWORD, LIBRARY.
// Promises: says what differs and ends with 1, or says "fine" and ends with 0.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../tools/package.json', import.meta.url));
globalThis.WebSocket ??= require('ws');
const { createClient } = require(process.env.LIBRARY);
const { URL: url, ANON: anon, SERVICE: service, PASSWORD: password } = process.env;

const options = { auth: { autoRefreshToken: false, persistSession: false, detectSessionInUrl: false } };
const client = (key) => createClient(url, key, options);
const good = ({ data, error }) => { assert.equal(error, null, JSON.stringify(error)); return data; };
const email = (name) => `${name}.${process.env.LIBRARY.length}@example.com`;

const visitor = client(anon);
const up = good(await visitor.auth.signUp({ email: email('Ana'), password, options: { data: { full_name: 'Ana' } } }));
assert.equal(up.user.email, email('ana'));
assert.equal(up.user.app_metadata.user_role, 'organizer');
assert.equal(up.session.token_type, 'bearer');
assert.equal(up.user.identities.length, 1);

const again = await client(anon).auth.signUp({ email: email('ana'), password });
assert.equal(again.error.code, 'user_already_exists');
const weak = await client(anon).auth.signUp({ email: email('weak'), password: 'short' });
assert.deepEqual([weak.error.code, weak.error.reasons], ['weak_password', ['length']]);
const wrong = await client(anon).auth.signInWithPassword({ email: email('ana'), password: 'not the password' });
assert.deepEqual([wrong.error.status, wrong.error.code, wrong.error.message], [400, 'invalid_credentials', 'Invalid login credentials']);

const user = client(anon);
const first = good(await user.auth.signInWithPassword({ email: email('ana'), password })).session;
assert.equal(good(await user.auth.getUser()).user.id, up.user.id);
if (user.auth.getClaims) {
  assert.equal(good(await user.auth.getClaims()).claims.sub, up.user.id);
}
const second = good(await user.auth.refreshSession()).session;
assert.notEqual(second.refresh_token, first.refresh_token);
const changed = good(await user.auth.updateUser({ data: { nickname: 'A', full_name: null } })).user;
assert.deepEqual(changed.user_metadata, { nickname: 'A' });
assert.equal(good(await user.auth.updateUser({ phone: '+1 416 555 0100' })).user.phone, '+14165550100');
good(await user.auth.signOut());
const ended = await client(anon).auth.getUser(second.access_token);
assert.equal(ended.error.name, 'AuthSessionMissingError');
const reused = await client(anon).auth.refreshSession({ refresh_token: second.refresh_token });
assert.equal(reused.error.code, 'refresh_token_not_found');

const guest = client(anon);
const guestSession = good(await guest.auth.signInAnonymously()).session;
assert.equal(guestSession.user.is_anonymous, true);
assert.equal(guestSession.user.app_metadata.user_role, 'guest');
const upgraded = good(await guest.auth.updateUser({ email: email('grown'), password })).user;
assert.deepEqual([upgraded.id, upgraded.is_anonymous, upgraded.app_metadata.user_role], [guestSession.user.id, false, 'organizer']);
good(await client(anon).auth.signInWithPassword({ email: email('grown'), password }));

good(await client(anon).auth.resetPasswordForEmail(email('ana'), { redirectTo: `${url}/reset` }));
good(await client(anon).auth.resetPasswordForEmail(email('nobody'), { redirectTo: `${url}/reset` }));
const otp = await client(anon).auth.signInWithOtp({ email: email('ana') });
assert.equal(otp.error.code, 'otp_disabled');
const guess = async () => (await client(anon).auth.verifyOtp({ type: 'recovery', email: email('nobody'), token: '000000' })).error;
for (let tries = 0; tries < 10; tries += 1) assert.deepEqual([(await guess()).code, tries], ['otp_expired', tries]);
const slowed = await guess();
assert.deepEqual([slowed.status, slowed.code], [429, 'over_request_rate_limit']);

const admin = client(service).auth.admin;
const made = good(await admin.createUser({ email: email('made'), password, email_confirm: true, app_metadata: { user_role: 'attendee' } })).user;
assert.equal(made.app_metadata.user_role, 'attendee');
assert.equal(good(await admin.getUserById(made.id)).user.email, email('made'));
assert.ok(good(await admin.listUsers({ page: 1, perPage: 2 })).total >= 3);
const merged = good(await admin.updateUserById(made.id, { app_metadata: { load_test: true } })).user;
assert.deepEqual([merged.app_metadata.user_role, merged.app_metadata.load_test], ['attendee', true]);
const link = good(await admin.generateLink({ type: 'recovery', email: email('made') }));
const opened = good(await client(anon).auth.verifyOtp({ type: 'recovery', token_hash: link.properties.hashed_token }));
assert.equal(opened.user.id, made.id);
const stale = await client(anon).auth.verifyOtp({ type: 'recovery', token_hash: link.properties.hashed_token });
assert.equal(stale.error.code, 'otp_expired');
good(await admin.deleteUser(made.id));
assert.equal((await admin.getUserById(made.id)).error.code, 'user_not_found');
const refused = await client(anon).auth.admin.listUsers();
assert.deepEqual([refused.error.status, refused.error.code], [403, 'not_admin']);
console.log('fine');
