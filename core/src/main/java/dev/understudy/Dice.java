package dev.understudy;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** Chance without a lock: each thread throws its own. */
final class Dice {

    static final RandomGenerator PER_THREAD = () -> ThreadLocalRandom.current().nextLong();

    private Dice() {}
}
