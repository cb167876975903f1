// Work that ends early: at its deadline, or when its caller, or close(), cancels it.

import type { GatewayError } from "./error.js";

/** Timers that are set to more go off at once. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** All that a client has under way. */
export class Work {
  /** Cancels each. Listeners of one signal would do, but Node warns when there are many of them. */
  readonly #underWay = new Set<() => void>();
  #closed = false;

  /**
   * Does work that is given a signal. When it is to end, the signal is aborted and the failure thrown, whatever the work
   * does then; what is to end before it began is not begun.
   */
  async until<T>(
    timeoutMs: number,
    caller: AbortSignal | undefined,
    failure: (code: "CANCELLED" | "DEADLINE_EXCEEDED", message: string) => GatewayError,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ending = new AbortController();
    let ended: GatewayError | undefined;
    const end = (...why: Parameters<typeof failure>) => {
      ended ??= failure(...why);
      // With the reason that is AbortSignal's own: for connect-es that is a cancelled call, whose stream is reset so.
      ending.abort();
    };
    const timedOut = () => end("DEADLINE_EXCEEDED", "the deadline passed");
    const cancel = () => end("CANCELLED", "the call was cancelled, or its client closed");
    const timer = setTimeout(timedOut, Math.min(timeoutMs, LONGEST_TIMER_MS));
    caller?.addEventListener("abort", cancel);
    this.#underWay.add(cancel);
    try {
      if (timeoutMs <= 0) {
        timedOut();
      } else if (caller?.aborted || this.#closed) {
        cancel();
      }
      ending.signal.throwIfAborted();
      const aborted = new Promise<never>((_, reject) => ending.signal.addEventListener("abort", reject));
      return await Promise.race([aborted, work(ending.signal)]);
    } catch (error) {
      throw ended ?? error;
    } finally {
      clearTimeout(timer);
      caller?.removeEventListener("abort", cancel);
      this.#underWay.delete(cancel);
    }
  }

  /** Cancels all that is under way, and what comes after. */
  close(): void {
    this.#closed = true;
    this.#underWay.forEach((cancel) => cancel());
  }
}
