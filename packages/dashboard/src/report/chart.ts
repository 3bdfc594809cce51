// Draws the chart of a panel, with Chart.js.

import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';
import { format, shorten } from '../format';
import type { Panel } from './panel';
import type { Theme } from './theme';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

const HEIGHT = { time: 260, rankBase: 70, rankBar: 30, rankSeries: 12 } as const;
/** More days than this are a line: bars would be thinner than a pixel is wide. */
const MOST_BARS = 62;
const LABEL = 18;

/** How high the chart wants to be, in pixels. */
export function heightOf({ kind, labels, series, isStacked }: Panel): number {
  if (kind === 'time') return HEIGHT.time;
  const each = HEIGHT.rankBar + (isStacked ? 0 : (series.length - 1) * HEIGHT.rankSeries);
  return HEIGHT.rankBase + labels.length * each;
}

function configuration(panel: Panel, theme: Theme): ChartConfiguration<'bar' | 'line'> {
  const isRank = panel.kind === 'rank';
  const isLine = !isRank && panel.labels.length > MOST_BARS;
  const values = {
    beginAtZero: true,
    stacked: panel.isStacked === true,
    grid: { color: theme.line },
    border: { display: false },
    ticks: {
      color: theme.soft,
      maxTicksLimit: 6,
      maxRotation: 0,
      autoSkipPadding: 12,
      // Half an event does not happen.
      ...(panel.unit === 'count' && { precision: 0 }),
      callback: (value: string | number) => format(Number(value), panel.unit),
    },
  };
  const names = {
    stacked: panel.isStacked === true,
    grid: { display: false },
    border: { color: theme.line },
    ticks: {
      color: theme.ink,
      autoSkip: !isRank,
      autoSkipPadding: 24,
      maxRotation: 0,
      callback: (_value: unknown, index: number) => shorten(panel.labels[index] ?? '', LABEL),
    },
  };
  return {
    type: isLine ? 'line' : 'bar',
    data: {
      labels: [...panel.labels],
      datasets: panel.series.map(({ name, colour, values: data }, index) => ({
        label: name,
        data: [...data],
        backgroundColor: isLine ? `${theme.colours[colour]}33` : theme.colours[colour],
        borderColor: isLine ? theme.colours[colour] : theme.card,
        borderWidth: isLine ? 2 : panel.isStacked ? 1 : 0,
        // Not by colour alone.
        borderDash: isLine ? [[], [6, 3], [2, 2]][index % 3]! : [],
        pointRadius: 0,
        pointHoverRadius: 5,
        pointHitRadius: 8,
        fill: isLine && index === 0,
        maxBarThickness: 26,
      })),
    },
    options: {
      indexAxis: isRank ? 'y' : 'x',
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: 'index', axis: isRank ? 'y' : 'x', intersect: false },
      scales: isRank ? { x: values, y: names } : { x: names, y: values },
      plugins: {
        legend: {
          display: panel.series.length > 1,
          align: 'start',
          labels: { color: theme.ink, boxWidth: 14 },
        },
        tooltip: {
          callbacks: {
            title: ([item]) => (item ? (panel.labels[item.dataIndex] ?? '') : ''),
            label: (item) => `${item.dataset.label}: ${format(Number(item.raw ?? 0), panel.unit)}`,
          },
        },
      },
    },
  };
}

/** Draws it. */
export function draw(canvas: HTMLCanvasElement, panel: Panel, theme: Theme): Chart {
  Chart.defaults.font.family = 'system-ui, sans-serif';
  return new Chart(canvas, configuration(panel, theme) as ChartConfiguration);
}

/** Draws it anew in other colours. */
export function recolour(chart: Chart, panel: Panel, theme: Theme): void {
  const { data, options } = configuration(panel, theme) as ChartConfiguration;
  chart.data = data;
  chart.options = options as Chart['options'];
  chart.resize();
  chart.update('none');
}

/** Shows the values at a place, as the mouse would. */
export function pointAt(chart: Chart, index: number | undefined): void {
  const active =
    index === undefined
      ? []
      : chart.data.datasets.map((_set, datasetIndex) => ({ datasetIndex, index }));
  chart.setActiveElements(active);
  const first = active[0] && chart.getDatasetMeta(0).data[active[0].index];
  chart.tooltip?.setActiveElements(active, first ? { x: first.x, y: first.y } : { x: 0, y: 0 });
  chart.update('none');
}
