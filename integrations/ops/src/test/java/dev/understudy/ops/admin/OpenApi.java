package dev.understudy.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ops.event.JsonDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import wiremock.com.networknt.schema.InputFormat;
import wiremock.com.networknt.schema.JsonSchemaFactory;
import wiremock.com.networknt.schema.SpecVersion;

/** The document that tools read, and a validator that WireMock brings along. */
public final class OpenApi {

    public static final Map<String, Object> DOCUMENT = read();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private OpenApi() {}

    private static Map<String, Object> read() {
        try (InputStream file = Admin.class.getResourceAsStream(Admin.OPENAPI)) {
            return JsonDocuments.object(Objects.requireNonNull(file).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    public static Map<String, Object> at(Object map, String... keys) {
        Object value = map;
        for (String key : keys) {
            value = Objects.requireNonNull(((Map<String, Object>) value).get(key), key);
        }
        return (Map<String, Object>) value;
    }

    /** Holds an answer against what the document says of it. */
    static void check(String method, String path, OperatorClient.Reply reply) {
        Map<String, Object> operation = operation(method, path);
        if (operation == null) {
            assertThat(reply.status()).isIn(401, 404, 405, 421);
            return;
        }
        assertThat(at(operation, "responses")).containsKey(String.valueOf(reply.status()));
        Map<String, Object> response = at(operation, "responses", String.valueOf(reply.status()));
        String shared = (String) response.getOrDefault("$ref", "");
        Map<String, Object> content = shared.isEmpty()
                ? at(response, "content")
                : at(DOCUMENT, (shared.substring(2) + "/content").split("/"));
        assertThat(content).containsKey(reply.header("content-type"));
        validate(at(content, reply.header("content-type"), "schema"), reply.text());
    }

    private static @Nullable Map<String, Object> operation(String method, String path) {
        for (String template : at(DOCUMENT, "paths").keySet()) {
            boolean same = path.matches(template.replace(".", "\\.").replaceAll("\\{\\w+}", "[^/]+"));
            Map<String, Object> methods = at(DOCUMENT, "paths", template);
            if (same && methods.containsKey(method.toLowerCase(java.util.Locale.ROOT))) {
                return at(methods, method.toLowerCase(java.util.Locale.ROOT));
            }
        }
        return null;
    }

    static void validate(Map<String, Object> schema, String json) {
        Map<String, Object> whole = new LinkedHashMap<>(schema);
        whole.put("components", at(DOCUMENT, "components"));
        String text = new String(JsonDocuments.write(whole), StandardCharsets.UTF_8);
        assertThat(SCHEMAS.getSchema(text).validate(json, InputFormat.JSON))
                .as(json)
                .isEmpty();
    }
}
