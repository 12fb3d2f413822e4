package dev.understudy.spring.boot.autoconfigure;

import dev.understudy.chat.ChatProvider;
import dev.understudy.spring.boot.UnderstudyConnectionDetails;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * All connection details of an application as one: the first that knows a provider answers, in the order of the beans.
 *
 * @param beans one for each container, say, and that of scripted providers
 */
record DeclaredConnections(ObjectProvider<UnderstudyConnectionDetails> beans) implements UnderstudyConnectionDetails {

    @Override
    public @Nullable Connection connection(String provider) {
        return first(each -> each.connection(provider));
    }

    @Override
    public @Nullable ChatProvider replacement(String provider) {
        return first(each -> each.replacement(provider));
    }

    private <T> @Nullable T first(Function<UnderstudyConnectionDetails, @Nullable T> answer) {
        return beans.orderedStream()
                .<@Nullable T>map(answer)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
