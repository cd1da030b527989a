/** Pictures, taking one's data along, and leaving. */
import { readFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { begun, expect, isSound, pane, PASSWORD, published, saved, signIn, signUp, test } from './person';

/** A PNG of one colour, as any program would write it. */
function png(width: number, height: number): Buffer {
  const crc = (bytes: Buffer) => {
    let value = 0xffffffff;
    for (const byte of bytes) {
      value ^= byte;
      for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return (value ^ 0xffffffff) >>> 0;
  };
  const chunk = (name: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const out = Buffer.alloc(body.length + 8);
    out.writeUInt32BE(data.length, 0);
    body.copy(out, 4);
    out.writeUInt32BE(crc(body), body.length + 4);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x7a)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

test('a picture is dropped or taken, and goes along where the page is shared', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  const camera = page.locator('input[type=file][capture]');
  await expect(camera).toHaveAttribute('capture', 'environment');
  await expect(camera).toHaveAttribute('accept', 'image/jpeg,image/png,image/webp');
  const cover = page.locator('.cover');
  const carried = (bytes: Buffer, name: string, type: string) =>
    page.evaluateHandle(
      ([all, called, kind]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(all)], called, { type: kind }));
        return data;
      },
      [[...bytes], name, type] as const,
    );
  await cover.dispatchEvent('drop', { dataTransfer: await carried(Buffer.from('no picture'), 'note.txt', 'text/plain') });
  await expect(page.getByText('Please choose a JPEG, PNG or WebP picture.')).toBeVisible();
  const dataTransfer = await carried(png(640, 360), 'cover.png', 'image/png');
  await cover.dispatchEvent('dragover', { dataTransfer });
  await expect(cover).toHaveClass(/\bover\b/);
  const uploaded = page.waitForResponse((answer) => answer.url().endsWith('/files') && answer.request().method() === 'POST');
  await cover.dispatchEvent('drop', { dataTransfer });
  await expect(cover).not.toHaveClass(/\bover\b/);
  await expect(cover.locator('img')).toBeVisible();
  await expect(page.getByText('Please choose a JPEG, PNG or WebP picture.')).toHaveCount(0);
  const { url } = (await (await uploaded).json()) as { url: string };
  const { slug } = await published(page, { image_id: url.split('/').pop() });
  const html = await (await page.request.get(`/e/${slug}`)).text();
  const shared = /<meta property="og:image" content="([^"]+)"/.exec(html)?.[1] ?? '';
  expect(shared).toMatch(/^https?:\/\//);
  expect(new URL(shared).pathname).toBe(new URL(url, 'http://here').pathname);
  // Whoever shows the link elsewhere is nobody here, and sees the picture.
  const seen = await fetch(shared);
  expect([seen.status, seen.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^image\//)]);
});

test('a picture is chosen, seen in the preview, replaced and removed', async ({ page }) => {
  await signUp(page);
  await page.goto('/wizard/new');
  await page.getByLabel('Event Name').fill('Picture Day');
  const choose = page.locator('input[type=file]').first();
  await choose.setInputFiles({ name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
  await expect(page.getByText('Please choose a JPEG, PNG or WebP picture.')).toBeVisible();
  await isSound(page);
  await choose.setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture either') });
  await expect(page.getByRole('alert')).toContainText('I cannot read that picture');
  await choose.setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer: png(640, 360) });
  await expect(page.locator('.cover img')).toBeVisible();
  await saved(page);
  await pane(page, 'Preview');
  const cover = page.frameLocator('iframe.front').locator('img.cover');
  await expect(cover).toBeVisible();
  // Its place is there before its bytes are.
  await expect.poll(() => cover.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(640);
  await pane(page, 'Form');
  await page.reload();
  await expect(page.locator('.cover img')).toBeVisible();
  await page.getByRole('button', { name: 'Remove picture' }).click();
  await expect(page.locator('.cover img')).toHaveCount(0);
  await saved(page);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Choose a picture' })).toBeVisible();
});

test('one’s data comes as a file; the account goes with the password, and only with it', async ({ page }) => {
  const email = await signUp(page);
  await begun(page, 'Mine To Take');
  await page.goto('/settings');
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download everything' }).click();
  const text = await readFile(await (await coming).path(), 'utf8');
  expect(text).toContain(email);
  expect(text).toContain('Mine To Take');
  expect(text).not.toContain('argon2');

  await page.getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your password').fill('not my password');
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await expect(dialog.getByText('That is not your password.')).toBeVisible();
  await dialog.getByLabel('Your password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await signIn(page, email);
  await expect(page.getByText('Email or password is not right.')).toBeVisible();
});
