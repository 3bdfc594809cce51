// One number, and how it differs from that of the period before.

import type { ComponentChildren } from 'preact';
import { format, percent, pointsText, type Unit } from '../format';

export interface TileProps {
  readonly name: string;
  readonly value: number | null | undefined;
  readonly before?: number | null | undefined;
  readonly unit?: Unit;
  /** Whether more is better; undefined: neither. */
  readonly isMoreBetter?: boolean;
  readonly link?: (number: ComponentChildren) => ComponentChildren;
}

/** The difference in words and as a number: "+12 %"; of shares, in points. */
export function change(
  value: number,
  before: number,
  unit: Unit,
): { text: string; direction: -1 | 0 | 1 } | undefined {
  if (unit === 'percent') {
    const points = Math.round((value - before) * 1_000) / 10;
    const text = `${points > 0 ? '+' : points < 0 ? '−' : '±'}${pointsText(Math.abs(points))} points`;
    return { text, direction: Math.sign(points) as -1 | 0 | 1 };
  }
  if (before === 0) return undefined;
  const share = (value - before) / before;
  const rounded = Math.round(share * 100);
  const sign = rounded > 0 ? '+' : rounded < 0 ? '−' : '±';
  return {
    text: `${sign}${percent(Math.abs(share))}`,
    direction: Math.sign(rounded) as -1 | 0 | 1,
  };
}

const ARROWS = { '-1': '↓', 0: '→', 1: '↑' } as const;

export function Tile({ name, value, before, unit = 'count', isMoreBetter, link }: TileProps) {
  const isKnown = typeof value === 'number';
  const text = value === undefined ? '…' : value === null ? '–' : format(value, unit);
  const changed = isKnown && typeof before === 'number' ? change(value, before, unit) : undefined;
  const mood =
    changed && isMoreBetter !== undefined && changed.direction !== 0
      ? changed.direction > 0 === isMoreBetter
        ? 'good'
        : 'poor'
      : 'soft';
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd>
        <span class="number">{link && isKnown ? link(text) : text}</span>
        {changed && (
          <span class={`change ${mood}`}>
            <span aria-hidden="true">{ARROWS[changed.direction]} </span>
            {changed.text}
            <span class="hidden"> against {format(before!, unit)} in the period before</span>
          </span>
        )}
        {isKnown && !changed && before === 0 && value > 0 && (
          <span class="change soft">none before</span>
        )}
      </dd>
    </div>
  );
}
