package dev.understudy.spring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Resources that native images need: the keys of configurations, the catalog of models, the files of the dashboard. */
final class UnderstudyRuntimeHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        hints.resources().registerPattern("dev/understudy/ops/*").registerPattern("dev/understudy/provider/*");
        hints.resources().registerPattern("dev/understudy/ops/dashboard/*");
    }
}
