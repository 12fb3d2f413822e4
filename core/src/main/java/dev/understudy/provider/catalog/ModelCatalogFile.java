package dev.understudy.provider.catalog;

import dev.understudy.chat.Capabilities;
import dev.understudy.chat.Feature;
import dev.understudy.provider.json.Json;
import dev.understudy.provider.json.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Content of the resource {@code models.json}: the models known at each vendor's own address. A key of the map of hosts is
 * a host, with a path where the vendor has several addresses at one host. Reading is strict: an unknown field, an unknown
 * feature or a model listed twice is an {@link IllegalStateException}.
 *
 * <p>Fields of a model are {@code window} and {@code maxOutput} in tokens; {@code price} in dollars per million tokens, for
 * prompts of usual length at peak hours; {@code with} and {@code without}, features that differ from {@link
 * Capabilities#assumed()}. Missing fields are unknown. A model name that stands for models of different prices has no
 * price, and each of its versions is listed.
 *
 * @param asOf date of the last comparison with the vendors' price lists, which each host names as its {@code source}
 */
record ModelCatalogFile(LocalDate asOf, Map<String, Map<String, Capabilities>> hosts) {

    private static final String RESOURCE = "/dev/understudy/provider/models.json";

    /** Reads the resource; blocks. */
    static ModelCatalogFile read() {
        try (InputStream in = ModelCatalogFile.class.getResourceAsStream(RESOURCE)) {
            return parse(Objects.requireNonNull(in, RESOURCE).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }

    static ModelCatalogFile parse(byte[] json) {
        JsonReader in = Json.read(json);
        LocalDate asOf = LocalDate.MIN;
        Map<String, Map<String, Capabilities>> hosts = new HashMap<>();
        in.object();
        while (in.nextField()) {
            switch (in.field()) {
                case "asOf" -> asOf = LocalDate.parse(in.string(""));
                case "hosts" -> readHosts(in, hosts);
                default -> throw unexpected("field", in.field());
            }
        }
        return new ModelCatalogFile(asOf, Map.copyOf(hosts));
    }

    private static void readHosts(JsonReader in, Map<String, Map<String, Capabilities>> hosts) {
        in.object();
        while (in.nextField()) {
            String host = in.field();
            if (hosts.put(host, host(in)) != null) {
                throw unexpected("second entry of host", host);
            }
        }
    }

    private static Map<String, Capabilities> host(JsonReader in) {
        Map<String, Capabilities> models = new HashMap<>();
        in.object();
        while (in.nextField()) {
            switch (in.field()) {
                case "source" -> in.skip();
                case "models" -> readModels(in, models);
                default -> throw unexpected("field of a host", in.field());
            }
        }
        return Map.copyOf(models);
    }

    private static void readModels(JsonReader in, Map<String, Capabilities> models) {
        in.object();
        while (in.nextField()) {
            String model = in.field();
            if (models.put(model, model(in)) != null) {
                throw unexpected("second entry of model", model);
            }
        }
    }

    private static Capabilities model(JsonReader in) {
        Capabilities model = Capabilities.assumed();
        in.object();
        while (in.nextField()) {
            switch (in.field()) {
                case "window" -> model = model.withWindow(in.integer(0));
                case "maxOutput" -> model = model.withMaxOutput(in.integer(0));
                case "price" -> model = model.withPrice(price(in));
                case "with" -> {
                    in.array();
                    while (in.nextElement()) {
                        model = model.withFeature(feature(in));
                    }
                }
                case "without" -> {
                    in.array();
                    while (in.nextElement()) {
                        model = model.withoutFeature(feature(in));
                    }
                }
                default -> throw unexpected("field of a model", in.field());
            }
        }
        return model;
    }

    /** Without a price of its own, cached input costs as much as other input. */
    private static Capabilities.Price price(JsonReader in) {
        double input = Double.NaN;
        @Nullable Double cachedInput = null;
        double output = Double.NaN;
        in.object();
        while (in.nextField()) {
            double dollars = Double.parseDouble(in.string(""));
            switch (in.field()) {
                case "input" -> input = dollars;
                case "cachedInput" -> cachedInput = dollars;
                case "output" -> output = dollars;
                default -> throw unexpected("field of a price", in.field());
            }
        }
        return new Capabilities.Price(input, cachedInput == null ? input : cachedInput, output);
    }

    private static Feature feature(JsonReader in) {
        return Feature.valueOf(in.string("").toUpperCase(Locale.ROOT));
    }

    private static IllegalStateException unexpected(String what, String name) {
        return new IllegalStateException("Unexpected " + what + " in " + RESOURCE + ": " + name);
    }
}
