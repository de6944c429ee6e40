import { type EChartsOption, init, setPlatformAPI } from 'echarts';
import type { Second } from './ledger.ts';
import type { Outcome } from './simulate.ts';

// Without a browser nobody knows how wide a text is; a wide guess keeps names in a legend apart.
const widthOf = (text: string, font = ''): number => text.length * 0.6 * Number(/(\d+)px/.exec(font)?.[1] ?? 12);
setPlatformAPI({ measureText: (text, font) => ({ width: widthOf(text, font) }) });

const size = { width: 760, height: 400 };
const title = { left: 'center', top: 8, textStyle: { fontSize: 15 }, subtextStyle: { color: '#495057' } };
const style: EChartsOption = {
  animation: false,
  backgroundColor: '#ffffff',
  color: ['#0b6bcb', '#d9480f', '#2b8a3e', '#862e9c', '#495057', '#e8a400'],
  textStyle: { fontFamily: 'system-ui, sans-serif' },
  legend: { top: 56, itemGap: 24 },
  grid: { left: 75, right: 30, top: 96, bottom: 55 },
};

/** Draws a chart without a browser. The same options give the same text. */
function svg(options: EChartsOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({ ...style, ...options });
    return `${withOwnNames(chart.renderToSVGString())}\n`;
  } finally {
    chart.dispose();
  }
}

/** Names of its parts are counted up within a process, and would depend on what was drawn before. */
function withOwnNames(chart: string): string {
  const names = new Map<string, string>();
  return chart.replace(/zr\d+-[a-z]+-?\d+/g, (name) => {
    const own = names.get(name) ?? `part-${names.size}`;
    names.set(name, own);
    return own;
  });
}

const axis = (name: string, more: object = {}) => ({ name, nameLocation: 'middle' as const, nameGap: 30, ...more });

const thousands = (value: number): string => value.toLocaleString('en');

/** Share of the tickets that is sold, over time. */
export function soldOverTime(subtext: string, sales: readonly { outcome: Outcome }[]): string {
  return svg({
    title: { ...title, text: 'Share of the tickets sold', subtext },
    xAxis: { type: 'log', min: 0.1, axisLabel: { formatter: thousands }, ...axis('seconds since the opening') },
    yAxis: { type: 'value', max: 100, ...axis('% of the tickets', { nameGap: 45 }) },
    series: sales.map(({ outcome }) => ({
      type: 'line',
      name: `${thousands(outcome.model.tickets)} tickets`,
      showSymbol: false,
      data: outcome.percentMs.map((ms, percent) => [ms / 1_000, percent + 1]),
    })),
  });
}

/** What became of the requests of each second. */
export function answersOverTime(name: string, { seconds }: Outcome, lastSecond: number): string {
  const shown = seconds.slice(0, lastSecond);
  const area = (label: string, count: (second: Second) => number) => ({
    type: 'line' as const,
    name: label,
    stack: 'all',
    areaStyle: { opacity: 0.85 },
    lineStyle: { width: 0 },
    symbol: 'none',
    data: shown.map((second, index) => [index + 0.5, count(second)]),
  });
  return svg({
    title: { ...title, text: `Answers: ${name}`, subtext: 'without those of the gateway (429)' },
    legend: { top: 56, itemGap: 24, icon: 'roundRect' },
    xAxis: { type: 'value', max: lastSecond, ...axis('seconds since the opening') },
    yAxis: { type: 'value', ...axis('answers a second', { nameGap: 55 }) },
    series: [
      area('sold (201)', ({ sold }) => sold),
      area('sold out (409)', ({ soldOut }) => soldOut),
      area('no instance, or no time (503)', ({ turnedAway, refusals }) => turnedAway - refusals.gateway),
    ],
  });
}

/** How the bookings a second depend on the instances that may run at once. */
export function goodputByInstances(
  subtext: string,
  series: readonly { name: string; points: readonly (readonly [number, number])[] }[],
): string {
  return svg({
    title: { ...title, text: 'Tickets a second by instances of the booking function', subtext },
    xAxis: { type: 'log', min: 10, axisLabel: { formatter: thousands }, ...axis('instances at most') },
    yAxis: { type: 'value', ...axis('tickets a second', { nameGap: 55 }) },
    series: series.map(({ name, points }) => ({ type: 'line', name, data: points.map((point) => [...point]) })),
  });
}
