/** A source of uniform random numbers. `SystemRandom` is the real one; `SeededRandom` of `@fairlead/testing` repeats. */
export interface Random {
  /** The next number, uniform in [0, 1), of at least 32 random bits. */
  next(): number;
}
