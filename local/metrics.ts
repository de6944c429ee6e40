import { Counter, Histogram, Registry } from 'prom-client';
import type { Datum } from './emf.ts';

/** Seconds; from a read of memory to the timeout of a function. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The metrics of the functions, as Prometheus has them: counts become counters, times histograms in seconds. */
export interface MetricsRegistry {
  add(datum: Datum): void;
  /** The text format of Prometheus, and its media type. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** @throws {Error} from `add`, where a unit is not one that the functions use, or a metric changes its dimensions. */
export function createMetrics(): MetricsRegistry {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();

  const counter = (name: string, help: string, labelNames: string[]) => {
    const known = counters.get(name) ?? new Counter({ name, help, labelNames, registers: [registry] });
    counters.set(name, known);
    return known;
  };
  const histogram = (name: string, help: string, labelNames: string[]) => {
    const known = histograms.get(name) ?? new Histogram({ name, help, labelNames, buckets, registers: [registry] });
    histograms.set(name, known);
    return known;
  };

  return {
    add: ({ namespace, name, unit, dimensions, values }) => {
      const labels = Object.keys(dimensions);
      const help = `${namespace} ${name}`;
      const base = `${snakeCase(namespace)}_${snakeCase(name)}`;
      for (const value of values) {
        if (unit === 'Count') counter(`${base}_total`, help, labels).inc(dimensions, value);
        else if (unit === 'Milliseconds') histogram(`${base}_seconds`, help, labels).observe(dimensions, value / 1_000);
        else throw new Error(`${help} is measured in ${unit}, which no metric here is`);
      }
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}
