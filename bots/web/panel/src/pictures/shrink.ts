/**
 * Makes a photograph smaller before it is sent: a phone's takes ten megabytes, and a page shows a twentieth of them.
 * What the browser cannot draw is sent as it is; the server judges it.
 */
const SIDE = 1920;
/** Below this a picture goes as it is, in bytes. */
const SMALL = 1_500_000;
const QUALITY = 0.88;

/** The size that fits into a square of `most`, never larger than it was. */
export function fitted(width: number, height: number, most: number): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

export async function shrink(file: File): Promise<Blob> {
  if (file.size <= SMALL) return file;
  try {
    const drawn = await createImageBitmap(file);
    const size = fitted(drawn.width, drawn.height, SIDE);
    const canvas = document.createElement('canvas');
    canvas.width = size.width;
    canvas.height = size.height;
    const context = canvas.getContext('2d');
    if (!context) return file;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size.width, size.height);
    context.drawImage(drawn, 0, 0, size.width, size.height);
    drawn.close();
    const smaller = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
    return smaller && smaller.size < file.size ? smaller : file;
  } catch {
    return file;
  }
}
