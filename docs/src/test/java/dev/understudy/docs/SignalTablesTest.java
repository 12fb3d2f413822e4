package dev.understudy.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ProviderEvent;
import dev.understudy.event.Event;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the tables of events, metrics, log lines and span keys in docs/operate.md with the code. */
class SignalTablesTest {

    private static final Page PAGE = Page.of("docs/operate.md");

    @Test
    void everyEventIsListed() {
        Stream<String> listed =
                PAGE.section("Listening to events").rows().stream().flatMap(row -> names(row.get(0)).stream());
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(
                        types(Event.class).map(Class::getSimpleName).toList());
    }

    @Test
    void metricsHaveTheirTypeAndTags() throws ReflectiveOperationException {
        assertThat(PAGE.section("Metrics").rows().stream()
                        .map(row -> names(row.get(0)) + " " + row.get(1) + " " + names(row.get(2))))
                .containsExactlyElementsOf(constants("Meters")
                        .map(meter -> List.of(call(meter, "title")) + " " + lower(call(meter, "type")) + " "
                                + call(meter, "tags"))
                        .toList());
    }

    @Test
    void spanKeysHaveTheirCardinality() throws ReflectiveOperationException {
        assertThat(PAGE.section("Spans").rows().stream().map(row -> names(row.get(0)) + " " + row.get(2)))
                .containsExactlyElementsOf(constants("ObservationKeys")
                        .map(key -> List.of(call(key, "title")) + " "
                                + (call(key, "isLow").equals(true) ? "low" : "high"))
                        .toList());
    }

    @Test
    void everyLogLineIsListed() {
        Stream<Class<?>> events = Stream.concat(
                types(Event.class).filter(type -> type != Event.ProviderReported.class), types(ProviderEvent.class));
        assertThat(PAGE.section("Logs").rows().stream().flatMap(row -> names(row.get(0)).stream()))
                .containsExactlyInAnyOrderElementsOf(
                        events.map(type -> lower(type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_")))
                                .toList());
    }

    private static List<String> names(String cell) {
        return Arrays.stream(cell.split("[`, ]+"))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static Stream<Class<?>> types(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses()).filter(Class::isRecord);
    }

    private static Stream<Object> constants(String type) throws ClassNotFoundException {
        return Arrays.stream(Class.forName("dev.understudy.ops.metrics." + type).getEnumConstants());
    }

    private static Object call(Object constant, String method) {
        try {
            Method accessor = constant.getClass().getDeclaredMethod(method);
            accessor.setAccessible(true);
            return accessor.invoke(constant);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String lower(Object value) {
        return value.toString().toLowerCase(Locale.ROOT);
    }
}
