/** One value that the whole page is drawn from; listeners are told once per burst of changes. */

export class Store<State extends object> {
  #listeners = new Set<(state: State) => void>();
  #told = true;

  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  set(change: Partial<State>): void {
    this.current = { ...this.current, ...change };
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener(this.current);
    });
  }

  subscribe(listener: (state: State) => void): void {
    this.#listeners.add(listener);
    listener(this.current);
  }
}
