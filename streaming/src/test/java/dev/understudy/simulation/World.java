package dev.understudy.simulation;

import java.util.function.Consumer;

/**
 * What the parts of one simulated world share.
 *
 * @param chance choices of the part
 * @param violations receives what an invariant finds
 */
record World(Tasks tasks, Chance chance, History history, Reached reached, Consumer<String> violations) {

    /** Returns the same world with choices of its own. */
    World split() {
        return new World(tasks, chance.split(), history, reached, violations);
    }
}
