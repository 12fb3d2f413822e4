package dev.understudy.ops.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every key takes effect. Those of {@code resume} are shown where the streams are kept alive. */
class EffectsTest {

    static Stream<Effect> effects() {
        return Effects.all()
                .flatMap(effect -> isShared(effect.path()) ? Stream.of(effect, effect.forAll()) : Stream.of(effect));
    }

    private static boolean isShared(String path) {
        return path.startsWith("agents.a.") && !path.endsWith(".primary") && !path.endsWith(".backups");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("effects")
    void keyTakesEffect(Effect effect) {
        assertThat(effect.seen().apply(effect.config())).isEqualTo(effect.expected());
    }

    /** Else the test above would show nothing. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("effects")
    void defaultDiffersFromTheTestedValue(Effect effect) {
        if (isNeeded(effect.path())) {
            return;
        }
        assertThat(effect.seen().apply(effect.configWithoutIt())).isNotEqualTo(effect.expected());
    }

    /** Without these there is no configuration to look at. */
    private static boolean isNeeded(String path) {
        return Set.of(
                        "providers.p.vendor",
                        "providers.p.supplied",
                        "providers.p.account",
                        "providers.p.region",
                        "providers.p.apiVersion",
                        "providers.p.catalogue.m.price.input",
                        "providers.p.catalogue.m.price.output",
                        "providers.p.catalogue.m.price.longPrompts.above",
                        "providers.p.catalogue.m.price.longPrompts.input",
                        "providers.p.catalogue.m.price.longPrompts.output",
                        "webhooks.0.secret")
                .contains(path);
    }

    @Test
    void noKeyIsWithoutEffect() {
        Set<String> shown = effects().map(Effect::path).collect(Collectors.toCollection(TreeSet::new));
        Set<String> there = leaves("", ConfigDocument.SECTION)
                .filter(path -> !path.contains(".resume.") && !path.equals("$schema"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(shown).isEqualTo(there);
    }

    private static Stream<String> leaves(String path, ValueType<?> valueType) {
        if (valueType instanceof ObjectType<?> objectType) {
            return objectType.configKeys().stream()
                    .flatMap(configKey -> leaves(
                            path.isEmpty() ? configKey.name() : path + "." + configKey.name(), configKey.type()));
        }
        if (valueType instanceof CollectionTypes<?, ?> collectionTypes && isSection(collectionTypes.each())) {
            String one =
                    switch (path) {
                        case "providers" -> "p";
                        case "agents" -> "a";
                        case "webhooks" -> "0";
                        default -> "m";
                    };
            return leaves(path + "." + one, collectionTypes.each());
        }
        return Stream.of(path);
    }

    private static boolean isSection(ValueType<?> valueType) {
        return valueType instanceof ObjectType;
    }
}
