/** What goes wrong, and what an organizer still has afterwards. */
import type { Page } from '@playwright/test';
import { answered, begun, drafted, expect, instead, isSound, pane, published, saved, say, send, signIn, signUp, test, unsent } from './person';

test('a message that is too large is said to be so, and a shorter one goes on', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'A meetup called Long Talk');
  const take = await instead(page, '**/api/copilotkit/agent/*/run', (route) => route.fulfill({ status: 413, json: { error: 'TOO_LARGE', message: 'no' } }));
  await page.getByLabel('Message').fill('It is for 60 people');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Please send a shorter message.')).toBeVisible();
  // The words come back to where they were written; what is written before that would stand behind them.
  await expect(page.getByLabel('Message')).toHaveValue('It is for 60 people');
  await expect(page.locator('.said.user')).toHaveCount(1);
  take();
  await say(page, 'In Toronto');
});

test('two tabs that change the same value are asked which one stays', async ({ page, context }) => {
  await signUp(page);
  await begun(page, 'First Name');
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.getByLabel('Event Name')).toHaveValue('First Name');
  await other.getByLabel('Event Name').fill('Name Of The Other');
  await saved(other);
  await page.getByLabel('Event Name').fill('Name Of Mine');
  const choice = page.getByRole('alert', { name: 'Changed in two places' });
  await expect(choice).toContainText('Name Of Mine');
  await expect(choice).toContainText('Name Of The Other');
  await isSound(page);
  await choice.getByRole('button', { name: 'Keep yours' }).click();
  await expect(choice).toHaveCount(0);
  await saved(page);
  await other.reload();
  await expect(other.getByLabel('Event Name')).toHaveValue('Name Of Mine');
});

test('whoever comes back to a tab finds what another tab changed', async ({ page, context }) => {
  await signUp(page);
  await begun(page, 'First Name');
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByLabel('Description').fill('Along the river.');
  await saved(other);
  await expect(page.getByLabel('Description')).toHaveValue('');
  await page.bringToFront();
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(page.getByLabel('Description')).toHaveValue('Along the river.');
  await expect(page.getByLabel('Event Name')).toHaveValue('First Name');
});

test('a draft that was published elsewhere is no form any more where it stands open', async ({ page }) => {
  await signUp(page);
  const { id } = await drafted(page);
  await page.goto(`/dashboard/events/${id}`);
  await page.getByRole('button', { name: 'Resume Draft' }).click();
  await expect(page.getByLabel('Event Name')).toHaveValue('Lantern Walk');
  await send(page, '/rest/v1/rpc/publish_event', { event_id: id });
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(page).toHaveURL(new RegExp(`/dashboard/events/${id}$`));
  await expect(page.getByText('Published', { exact: true })).toBeVisible();
});

test('two who change a published event lose nothing that they wrote', async ({ page, context }) => {
  await signUp(page);
  const { id } = await published(page);
  const other = await context.newPage();
  for (const one of [page, other]) {
    await one.goto(`/dashboard/events/${id}`);
    await one.getByRole('button', { name: 'Edit event' }).click();
  }
  await page.getByLabel('Description').fill('From the first');
  await page.getByLabel('Place', { exact: true }).fill('New Mill');
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Changes are live.')).toBeVisible();
  // What is typed is on this device, also when the page is gone.
  await other.getByLabel('Description').fill('My long careful text');
  await other.getByLabel('Capacity').fill('77');
  await other.reload();
  await other.getByRole('button', { name: 'Edit event' }).click();
  await expect(other.getByText('not saved is here again')).toBeVisible();
  const choice = other.getByRole('alert', { name: 'Changed in two places' });
  await expect(choice).toContainText('My long careful text');
  await expect(choice).toContainText('From the first');
  await expect(other.getByLabel('Description')).toHaveValue('My long careful text');
  await expect(other.getByLabel('Place', { exact: true })).toHaveValue('New Mill');
  await isSound(other);
  // Nothing is saved before that is decided: the way leads to the question.
  await other.getByRole('button', { name: 'Save changes' }).click();
  await expect(choice.getByRole('button', { name: 'Keep yours' })).toBeFocused();
  await choice.getByRole('button', { name: 'Keep yours' }).click();
  await other.getByRole('button', { name: 'Save changes' }).click();
  await expect(other.getByText('Changes are live.')).toBeVisible();
  // One changes what the other does not: both arrive, and nobody is asked.
  await page.getByLabel('Capacity').fill('88');
  await other.getByLabel('Event Name').fill('Lantern Night');
  await other.getByRole('button', { name: 'Save changes' }).click();
  await expect(other.getByRole('heading', { level: 1, name: 'Lantern Night' })).toBeVisible();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByRole('alert', { name: 'Changed in two places' })).toContainText('77');
  await page.getByRole('button', { name: 'Keep yours' }).click();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('Changes are live.')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { level: 1, name: 'Lantern Night' })).toBeVisible();
  await expect(page.getByText(/88/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Edit event' }).click();
  await expect(page.getByLabel('Description')).toHaveValue('My long careful text');
  await expect(page.getByText('not saved is here again')).toHaveCount(0);
});

/** The stored sign-in, changed where no page reads or writes it meanwhile. */
async function tamper(page: Page, refresh: boolean): Promise<void> {
  await page.goto('/config.json');
  await page.evaluate((refreshToo) => {
    const kept = JSON.parse(localStorage.getItem('eventos.auth') ?? '{}') as Record<string, unknown>;
    kept.expires_at = 1;
    if (refreshToo) kept.refresh_token = 'gone';
    localStorage.setItem('eventos.auth', JSON.stringify(kept));
  }, refresh);
}

test('a token that ran out is renewed; a sign-in that ended leads to the login and back', async ({ page }) => {
  await signUp(page);
  await tamper(page, false);
  await page.goto('/settings');
  await expect(page.getByLabel('Time zone')).toBeVisible();
  await tamper(page, true);
  await page.goto('/settings');
  await page.waitForURL('**/login?**');
  await expect(page.getByLabel('Email')).toBeVisible();
});

test('words to the assistant that were not sent survive a reload and a new sign-in, for their own writer only', async ({ page }) => {
  const email = await signUp(page);
  await begun(page, 'Half Said');
  const address = page.url();
  const words = page.getByLabel('Message');
  await words.fill('For 120 people');
  await page.reload();
  await expect(words).toHaveValue('For 120 people');
  // The sign-in ends while they are sent.
  const take = await instead(page, '**/agent/*/run', (route) => route.fulfill({ status: 401, json: { error: 'UNAUTHORIZED', message: 'no' } }));
  await words.press('Enter');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/login?**');
  take();
  await signIn(page, email);
  await page.waitForURL(address);
  await expect(words).toHaveValue('For 120 people');
  await answered(page, () => words.press('Enter'));
  await page.reload();
  await expect(page.locator('.said.user')).toHaveCount(1);
  await expect(words).toHaveValue('');
  // On a draft that has no session yet: its own, and nobody else's.
  await page.goto('/wizard/new');
  await words.fill('A jazz night');
  await page.reload();
  await expect(words).toHaveValue('A jazz night');
  await page.evaluate(() => localStorage.removeItem('eventos.auth'));
  await signUp(page);
  await page.goto('/wizard/new');
  await expect(words).toHaveValue('');
});

test('without a network everything is kept, sent later, and never lost', async ({ page, context }) => {
  await signUp(page);
  await begun(page, 'Storm Proof');
  await context.setOffline(true);
  await page.getByLabel('Event Name').fill('Storm Proof Evening');
  await expect(page.getByText('You are offline.')).toHaveCount(1);
  await isSound(page);
  await context.setOffline(false);
  await saved(page);
  await page.reload();
  await expect(page.getByLabel('Event Name')).toHaveValue('Storm Proof Evening');
});

test('a draft whose first save is still being answered is on the dashboard at once, and can be gone on with', async ({ page }) => {
  await signUp(page);
  const { resume, free } = await unsent(page, 'Just Begun');
  await expect(page.getByText('Kept on this device')).toBeVisible();
  await isSound(page);
  await resume.click();
  await expect(page.getByLabel('Event Name')).toHaveValue('Just Begun');
  await page.goto('/dashboard');
  await expect(page.getByText('Kept on this device')).toBeVisible();
  free();
  await expect(page.getByText('Kept on this device')).toHaveCount(0);
  await resume.click();
  await expect(page).toHaveURL(/\/wizard\/[0-9a-f-]{36}/);
  await expect(page.getByLabel('Event Name')).toHaveValue('Just Begun');
});

test('a limit counts down, once, and the words go through afterwards', async ({ page }) => {
  await signUp(page);
  await begun(page, 'Too Quick');
  // As often as it is sent, it is refused again: the words are there for as long as the test lets them be.
  const take = await instead(page, '**/functions/v1/**', (route) =>
    route.fulfill({ status: 429, headers: { 'retry-after': '4' }, json: { success: false, error: { code: 'RATE_LIMIT', message: 'Please wait 4 seconds.', retryAfter: 4 } } }),
  );
  await page.getByLabel('Event Name').fill('Too Quick Twice');
  await expect(page.getByText(/Please wait \d+ seconds?/)).toHaveCount(1);
  take();
  await saved(page);
  await page.reload();
  await expect(page.getByLabel('Event Name')).toHaveValue('Too Quick Twice');
});

test('what the assistant did not take is sent again: words from where they were written, a yes from its card', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await say(page, 'A free concert called Blue Hour on 9 May 2031 at 8 pm at the Old Mill in Toronto');
  const refuse = (seconds: number) =>
    instead(page, '**/agent/*/run', (route) =>
      route.fulfill({ status: 429, headers: { 'retry-after': `${seconds}` }, json: { error: 'RATE_LIMIT', message: 'no', retryAfter: seconds } }),
    );
  // Long enough that nobody is too slow to see it; whoever sends again sooner is asked of the server, not of the clock.
  const take = await refuse(120);
  await page.getByLabel('Message').fill('For 120 people');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/Please wait \d+ seconds?/)).toHaveCount(1);
  await expect(page.getByLabel('Message')).toHaveValue('For 120 people');
  await expect(page.locator('.said.user')).toHaveCount(1);
  take();
  await answered(page, () => page.getByLabel('Message').press('Enter'));
  await expect(page.getByLabel('Message')).toHaveValue('');
  await page.getByRole('button', { name: /Tickets/ }).click();
  await expect(page.getByLabel('Capacity')).toHaveValue('120');

  const takeThen = await refuse(0);
  await page.getByRole('button', { name: 'Yes, publish' }).click();
  await expect(page.getByRole('button', { name: 'Try again' })).toHaveCount(1);
  takeThen();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.waitForURL('**/dashboard/events/*');
});

test('a menu that was opened before the page was whole stays open', async ({ page }) => {
  await signUp(page);
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (go = resolve));
  await page.route('**/rest/v1/**', async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  await page.getByRole('button', { name: 'Menu' }).click();
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
  go();
  await expect(page.getByRole('heading', { name: 'Nothing here yet' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
});

test('the form does everything while the assistant is away', async ({ page }) => {
  await page.route('**/api/copilotkit/**', (route) => route.fulfill({ status: 503, json: { error: 'UNAVAILABLE', message: 'no' } }));
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('Without Help');
  await page.getByRole('button', { name: 'Save Draft' }).click();
  await saved(page);
  await pane(page, 'Assistant');
  await expect(page.getByText('The assistant is not available right now.')).toHaveCount(1);
  await isSound(page);
});
