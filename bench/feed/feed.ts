import type { StackOutputs } from '../../local/outputs.ts';
import { measureStatistics, printStatistics, type StatisticWrites } from '../statistics/statistics.ts';
import { measurePromotions, type Promotions, printPromotions } from './promotions.ts';

export interface Feed {
  promotions: Promotions[];
  statistics: StatisticWrites;
}

/**
 * What follows from a commit: how soon, and at what cost.
 *
 * @param lines lengths of the waitlists from which people are promoted
 */
export async function measureFeed(outputs: StackOutputs, lines: readonly number[]): Promise<Feed> {
  const promotions = await measurePromotions(outputs, lines);
  printPromotions(promotions);
  const statistics = await measureStatistics(outputs);
  printStatistics(statistics);
  return { promotions, statistics };
}
