/** What stands at addresses that are nobody's, or another's. */
import { drafted, expect, isSound, published, signUp, test } from './person';

test('what is another’s is not here, published or not, and neither is what is no address of anything', async ({ page, browser }) => {
  const away = await browser.newContext();
  const other = await away.newPage();
  await signUp(other);
  const { id } = await published(other, { name: 'Not Yours' });
  const draft = await drafted(other, { name: 'Not Yours Either' });
  await away.close();
  await signUp(page);
  const absent = async (path: string, title: string) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.getByText(/syntax|uuid|Not Yours/)).toHaveCount(0);
  };
  for (const one of [id, draft.id, 'nonsense', '%00', '00000000-0000-0000-0000-000000000000']) {
    await absent(`/dashboard/events/${one}`, 'This event is not here');
    await absent(`/dashboard/events/${one}/guests`, 'This event is not here');
    await absent(`/checkin/${one}`, 'This event is not here');
  }
  await absent('/wizard/nonsense', 'This draft is not here');
  await absent('/wizard/00000000-0000-0000-0000-000000000000', 'This draft is not here');
  await isSound(page);
});
