package dev.understudy.ops;

import dev.understudy.ContextWindow;
import dev.understudy.ContextWindow.Overflow;
import java.util.List;

/** {@link ContextWindow}; how tokens are counted is code, see {@link Agents.Builder#customize}. */
final class WindowKeys {

    private static final ContextWindow USUAL = ContextWindow.auto();

    private static final Key<Integer> TOKENS =
            Key.optional("tokens", Scalars.whole(1), "at most so many tokens of prompt are sent");
    private static final Key<Boolean> MODEL_WINDOW = Key.of(
            "modelWindow",
            Scalars.FLAG,
            USUAL.modelWindow(),
            "whether the model's window is a limit where it is known");
    private static final Key<Overflow> OVERFLOW = Key.of(
            "overflow",
            Scalars.choice(Overflow.class),
            USUAL.overflow(),
            "what follows when a vendor says that it is too long and nobody has a larger window");
    private static final Key<Integer> RESERVE = Key.of(
            "reserve",
            Scalars.whole(0),
            USUAL.reserve(),
            "tokens of the window that are kept for the answer when the request names no `maxTokens`");

    static final Section<ContextWindow> SECTION = new Section<>(
            "contextWindow",
            "what becomes of a conversation that is too long: the trim policy",
            List.of(TOKENS, MODEL_WINDOW, OVERFLOW, RESERVE),
            said -> new ContextWindow(
                    said.find(TOKENS), said.get(MODEL_WINDOW), said.get(OVERFLOW), said.get(RESERVE), USUAL.counter()));

    private WindowKeys() {}
}
