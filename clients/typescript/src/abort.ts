// Waiting that can be ended.

/** Waits for something, but no longer than until the signal is aborted: its reason is thrown then. */
export async function interruptible<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let unlink = () => {};
  const interrupted = new Promise<never>((_, reject) => {
    unlink = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    unlink();
  }
}

/** Acts once a signal is aborted, or at once if it is; the returned function forgets about it. */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal?.aborted) {
    act();
  }
  signal?.addEventListener("abort", act, { once: true });
  return () => signal?.removeEventListener("abort", act);
}
