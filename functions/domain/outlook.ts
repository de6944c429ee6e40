import { Pace } from './backoff.ts';
import type { Draw } from './booking.ts';
import type { Tier } from './event.ts';
import { pickBySeats, type Shard, splitEvenly } from './inventory.ts';

/** Part of its shard's seats after whose sale an instance looks at the other shards. */
const shareBetweenLooks = 1 / 4;
/** How much fuller another shard has to be to be worth a move, and how much fuller than that is no better. */
const worthMoving = 1.1;
const asGood = 0.9;

/**
 * What one instance knows of the shards of a tier, and which of them it draws from.
 *
 * It stays on its shard while that succeeds, so that concurrent instances sort themselves onto different ones. Where
 * there are fewer instances than shards some have nobody: so now and then it looks at all of them, and moves to a fuller
 * one from which nobody has sold since. Without that, the last seats would all be on few shards, and everybody there.
 */
export class Outlook {
  readonly pace = new Pace();
  private current: number;
  /** Seats of each shard when this instance last looked, less what it sold since. At first what they are made with. */
  private left: number[];
  /** It looks when its shard has no more than so many; never where that is below 0. */
  private lookAt = 0;
  private readonly random: () => number;

  constructor(tier: Pick<Tier, 'capacity' | 'shards'>, random: () => number) {
    this.random = random;
    this.left = splitEvenly(tier.capacity, tier.shards);
    this.current = Math.floor(random() * tier.shards);
    this.moveTo(this.current);
  }

  /** The shard to draw from. */
  get shard(): number {
    return this.current;
  }

  /** Seats of that shard, as far as this instance knows. */
  get seats(): number {
    return this.left[this.current] ?? 0;
  }

  moveTo(shard: number): void {
    this.current = shard;
    // A shard that is known to be empty is asked all the same, for it may have got seats back.
    this.lookAt = this.seats > 0 ? Math.floor(this.seats * (1 - shareBetweenLooks)) : -1;
  }

  /** Leaves a contended shard for another one that should have seats. */
  moveAway(): void {
    const others = this.left.map((seats, shard) => (shard === this.current ? 0 : Math.max(0, seats)));
    this.moveTo(pickBySeats(others, this.random()) ?? this.current);
  }

  isTimeToLook(quantity: number): boolean {
    const isWorn = this.seats <= this.lookAt || this.seats < quantity;
    return isWorn && this.lookAt >= 0 && this.left.length > 1;
  }

  /** Notes what the shards have, and moves where there are clearly more seats and nobody who sells them. */
  look(shards: readonly Shard[]): void {
    const before = this.left;
    this.note(shards);
    const free = this.left.map((seats, shard) =>
      seats === before[shard] && seats > this.seats * worthMoving ? seats : 0,
    );
    const most = Math.max(...free);
    const best = [...free.keys()].filter((shard) => most > 0 && (free[shard] ?? 0) >= most * asGood);
    this.moveTo(best[Math.floor(this.random() * best.length)] ?? this.current);
  }

  /** Notes what the shards have. */
  note(shards: readonly Shard[]): void {
    const left = [...this.left];
    for (const { shard, available } of shards) left[shard] = available;
    this.left = left;
    this.moveTo(this.current);
  }

  /** @param tookMs of the transaction */
  sold(draws: readonly Draw[], tookMs: number): void {
    this.pace.succeeded(tookMs);
    for (const { shard, quantity } of draws) this.left[shard] = (this.left[shard] ?? 0) - quantity;
  }
}
