// Small pictures for the docs: what a browser shows, as WebP, which is a third of the size of PNG.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Page } from 'playwright-core';

const QUALITY = 0.86;

/** Takes a picture of what is seen without scrolling. */
export async function savePicture(page: Page, file: string): Promise<void> {
  const png = (await page.screenshot()).toString('base64');
  // On an empty page: those that are pictured allow no connection, not even to what they hold.
  const blank = await page.context().newPage();
  try {
    const webp = await blank.evaluate(
      async ([source, quality]) => {
        const bytes = Uint8Array.from(atob(source), (letter) => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
        canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
        return canvas.toDataURL('image/webp', quality).split(',')[1]!;
      },
      [png, QUALITY] as const,
    );
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(webp, 'base64'));
  } finally {
    await blank.close();
  }
}
