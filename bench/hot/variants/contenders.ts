import { backoffMs, Pace } from '../../../functions/domain/backoff.ts';
import type { Shard } from '../../../functions/domain/inventory.ts';
import { Outlook } from '../../../functions/domain/outlook.ts';
import type { Random } from '../../../test/support/faulty-dynamodb/types.ts';

/** How one instance chooses its shard, and how long it waits after a conflict or a throttle. */
export interface Contender {
  readonly outlook: Outlook;
  /** A request begins. */
  begin(): void;
  sold(tookMs: number): void;
  pauseMs(random: number): number;
  /** Whether it leaves its shard when it is throttled, too. */
  readonly leavesWhenThrottled: boolean;
}

interface Tier {
  readonly capacity: number;
  readonly shards: number;
}

type Make = (tier: Tier, random: Random) => Contender;

class WithoutLooks extends Outlook {
  override isTimeToLook(): boolean {
    return false;
  }
}

class Fullest extends Outlook {
  override look(shards: readonly Shard[]): void {
    this.note(shards);
    const most = Math.max(...shards.map(({ available }) => available));
    const best = shards.find(({ available }) => available === most && available > this.seats);
    this.moveTo(best?.shard ?? this.shard);
  }
}

/** Any other shard, whatever is known of it. */
class Blind extends WithoutLooks {
  override note(): void {}
}

function waitingByPace(outlook: Outlook): Contender {
  return {
    outlook,
    begin() {},
    sold() {},
    pauseMs: (random) => outlook.pace.refused(random),
    leavesWhenThrottled: false,
  };
}

/** Forgets with each request how long it had to wait. */
function waitingByRequest(outlook: Outlook): Contender {
  let usualMs: number | undefined;
  let pace = new Pace();
  return {
    outlook,
    begin() {
      pace = new Pace();
      if (usualMs !== undefined) pace.succeeded(usualMs);
    },
    sold(tookMs) {
      usualMs = tookMs;
    },
    pauseMs: (random) => pace.refused(random),
    leavesWhenThrottled: false,
  };
}

/** The backoff of everything else: from 5 to 400 ms, whatever a transaction takes. */
function waitingAsOthers(outlook: Outlook, leavesWhenThrottled = false): Contender {
  let attempts = 0;
  return {
    outlook,
    begin() {
      attempts = 0;
    },
    sold() {},
    pauseMs: (random) => {
      attempts += 1;
      return backoffMs(attempts - 1, random);
    },
    leavesWhenThrottled,
  };
}

export const contenders: Readonly<Record<string, Make>> = {
  'a preferred shard, short pauses': (tier, random) => waitingAsOthers(new Blind(tier, random), true),
  'a preferred shard, pauses that last': (tier, random) => waitingByPace(new Blind(tier, random)),
  'looks, short pauses': (tier, random) => waitingAsOthers(new Outlook(tier, random)),
  'looks, pauses that last: as it is': (tier, random) => waitingByPace(new Outlook(tier, random)),
  'looks, and moves to the fullest': (tier, random) => waitingByPace(new Fullest(tier, random)),
  'looks, pauses of one request': (tier, random) => waitingByRequest(new Outlook(tier, random)),
};
