package dev.understudy;

import dev.understudy.chat.ChatProvider;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A provider and the models it is asked for.
 *
 * @param provider who
 * @param models from the name the caller used to the provider's name of the model; {@code null} when it does not serve it
 */
record Cast(ChatProvider provider, Function<String, @Nullable String> models) {}
