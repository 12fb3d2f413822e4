package dev.understudy.gateway;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of options: of the command line, or else of the environment.
 *
 * @param given texts by option; "" for one without a value
 */
record OptionValues(Map<Option, String> given) {

    /** @throws IllegalArgumentException for an unknown option, or one without its value */
    static OptionValues of(List<String> arguments, Map<String, String> environment) {
        Map<Option, String> given = new EnumMap<>(Option.class);
        for (int i = 0; i < arguments.size(); i++) {
            Option option = Option.of(arguments.get(i));
            if (option == null) {
                throw new IllegalArgumentException("There is no option " + arguments.get(i));
            }
            if (option.takesValue() && ++i == arguments.size()) {
                throw new IllegalArgumentException(option.flag() + " needs a value");
            }
            given.put(option, option.takesValue() ? arguments.get(i) : "");
        }
        for (Option option : Option.values()) {
            String variable = option.variable();
            String value = variable == null || option == Option.CONFIG ? null : environment.get(variable);
            if (value != null && !value.isBlank()) {
                given.putIfAbsent(option, value.strip());
            }
        }
        return new OptionValues(given);
    }

    boolean has(Option option) {
        return given.containsKey(option);
    }

    @Nullable
    String text(Option option) {
        return given.get(option);
    }

    String text(Option option, String otherwise) {
        return given.getOrDefault(option, otherwise);
    }

    @Nullable
    Path path(Option option) {
        String value = given.get(option);
        return value == null ? null : Path.of(value);
    }

    /** @throws IllegalArgumentException if the value is no whole number between the limits */
    int number(Option option, int least, int most, int otherwise) {
        String value = given.get(option);
        if (value == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException(option.flag() + " is a number from " + least + " to " + most + ": " + value);
    }
}
