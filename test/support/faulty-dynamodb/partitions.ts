import type { Demand } from './demands.ts';
import { createBuckets, type Limit } from './partition-buckets.ts';
import type { Faults } from './types.ts';

/** What the partitions of all tables and indexes can still serve. */
export function createPartitions() {
  const buckets = { read: createBuckets(), write: createBuckets() };
  const limitOf = (kind: Demand['kind'], faults: Faults): Limit => ({
    unitsPerSecond: kind === 'read' ? faults.readUnitsPerKey : faults.writeUnitsPerKey,
    burstSeconds: faults.burstSeconds,
  });
  return {
    /** Judges the actions of one request in their order: those before count against a partition that they share. */
    judge(now: number, faults: Faults) {
      const wanted = new Map<string, number>();
      return (demands: readonly Demand[]): boolean => {
        const sums = new Map<string, { demand: Demand; units: number }>();
        for (const demand of demands) {
          const name = `${demand.kind} ${demand.partition}`;
          const before = sums.get(name)?.units ?? wanted.get(name) ?? 0;
          sums.set(name, { demand, units: before + demand.units });
        }
        for (const { demand, units } of sums.values()) {
          if (!buckets[demand.kind].hasRoom(demand.partition, units, limitOf(demand.kind, faults), now)) return false;
        }
        for (const [name, { units }] of sums) wanted.set(name, units);
        return true;
      };
    },
    charge(demands: readonly Demand[], now: number, faults: Faults): void {
      for (const { kind, partition, units } of demands) {
        buckets[kind].charge(partition, units, limitOf(kind, faults), now);
      }
    },
    giveBack(demands: readonly Demand[], now: number, faults: Faults): void {
      for (const { kind, partition, units } of demands) {
        buckets[kind].charge(partition, -units, limitOf(kind, faults), now);
      }
    },
    clear(): void {
      buckets.read.clear();
      buckets.write.clear();
    },
  };
}
