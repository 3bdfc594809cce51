// What is really drawn: looks at the pixels of the page's charts.

import type { Page } from 'playwright-core';

/** Of one canvas, by the panel that it is in: how many pixels are painted, and how many have each of some colours. */
export interface Painted {
  readonly id: string;
  readonly painted: number;
  readonly colours: Record<string, number>;
}

/** Counts pixels on every chart; `names` are CSS variables of the page, without the dashes. */
export function paintedOn(page: Page, names: readonly string[]): Promise<Painted[]> {
  return page.evaluate((wanted) => {
    const style = getComputedStyle(document.documentElement);
    const colours = wanted.map((name) => {
      const text = style.getPropertyValue(`--${name}`).trim().slice(1);
      return [name, Number.parseInt(text, 16)] as const;
    });
    return [...document.querySelectorAll('canvas')].map((canvas) => {
      const { width, height } = canvas;
      const id = canvas.closest('section')?.id ?? '';
      // A copy: reading the page's own canvas changes how it is drawn from then on.
      const copy = new OffscreenCanvas(width, height).getContext('2d', {
        willReadFrequently: true,
      })!;
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, width, height);
      const counts = Object.fromEntries(wanted.map((name) => [name, 0]));
      let painted = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 0) continue;
        painted += 1;
        const colour = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
        for (const [name, value] of colours) if (value === colour) counts[name]! += 1;
      }
      return { id, painted, colours: counts };
    });
  }, names);
}
