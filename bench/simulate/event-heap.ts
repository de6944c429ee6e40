/** What happens next: at most one thing for each of `size` ids, the earliest first. Typed arrays, as it is asked often. */
export function createEventHeap(size: number) {
  const times = new Float64Array(size);
  const ids = new Int32Array(size);
  let count = 0;

  const timeAt = (place: number): number => times[place] ?? 0;
  function put(place: number, time: number, id: number): void {
    times[place] = time;
    ids[place] = id;
  }

  return {
    /** Time of the earliest, Infinity where there is none. */
    nextTime: (): number => (count === 0 ? Number.POSITIVE_INFINITY : timeAt(0)),

    push(time: number, id: number): void {
      let place = count;
      count += 1;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (timeAt(parent) <= time) break;
        put(place, timeAt(parent), ids[parent] ?? 0);
        place = parent;
      }
      put(place, time, id);
    },

    /** @returns the id of the earliest; there has to be one */
    pop(): number {
      const first = ids[0] ?? 0;
      count -= 1;
      const time = timeAt(count);
      const id = ids[count] ?? 0;
      let place = 0;
      for (;;) {
        let child = 2 * place + 1;
        if (child >= count) break;
        if (child + 1 < count && timeAt(child + 1) < timeAt(child)) child += 1;
        if (timeAt(child) >= time) break;
        put(place, timeAt(child), ids[child] ?? 0);
        place = child;
      }
      put(place, time, id);
      return first;
    },
  };
}
