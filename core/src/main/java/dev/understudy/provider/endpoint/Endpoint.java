package dev.understudy.provider.endpoint;

import dev.understudy.chat.Capabilities;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.text.Redactor;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/**
 * Where a provider is, and what is known about it.
 *
 * @param name its name in trails, events and metrics; one word
 * @param baseUrl what the dialect's paths are appended to; https, unless it is loopback or {@link
 *     Transport.Wire#UNENCRYPTED} allows http
 * @param keys one, many (used in turn; a rate-limited one is left out for a while), or none for servers without keys
 * @param headers fields that every request carries
 * @param models what you know about models; of others what is publicly known at a vendor's own address, else the usual, is
 *     assumed
 * @param transport how its connections behave
 */
public record Endpoint(
        String name,
        URI baseUrl,
        List<Secret> keys,
        Map<String, String> headers,
        Map<String, Capabilities> models,
        Transport transport) {

    private static final Pattern FIELD_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern FIELD_VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");
    private static final Pattern SECRET_FIELD = Pattern.compile("(?i)auth|key|token|secret|cookie|password");
    private static final Set<String> OURS = Set.of("host", "content-length", "transfer-encoding", "connection");

    public Endpoint {
        if (name.isBlank() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("A provider's name is one word: '" + name + "'");
        }
        baseUrl = checked(baseUrl, transport);
        keys = List.copyOf(keys);
        if (Set.copyOf(keys).size() != keys.size()) {
            throw new IllegalArgumentException("A key of provider '" + name + "' is given twice");
        }
        headers.forEach(Endpoint::checkHeader);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        models = Map.copyOf(models);
    }

    /**
     * @param name its name in trails, events and metrics
     * @param baseUrl the absolute URL that paths are appended to, {@code https://api.openai.com/v1} for one
     * @param keys one, many or none
     */
    public static Endpoint of(String name, String baseUrl, String... keys) {
        return new Endpoint(
                name,
                parse(baseUrl),
                Arrays.stream(keys).map(Secret::of).toList(),
                Map.of(),
                Map.of(),
                Transport.defaults());
    }

    public Endpoint withName(String name) {
        return new Endpoint(name, baseUrl, keys, headers, models, transport);
    }

    public Endpoint withBaseUrl(String baseUrl) {
        return new Endpoint(name, parse(baseUrl), keys, headers, models, transport);
    }

    public Endpoint withKeys(Secret... keys) {
        return new Endpoint(name, baseUrl, List.of(keys), headers, models, transport);
    }

    public Endpoint withHeader(String field, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(field, value);
        return new Endpoint(name, baseUrl, keys, more, models, transport);
    }

    public Endpoint withModel(String model, Capabilities capabilities) {
        Map<String, Capabilities> more = new LinkedHashMap<>(models);
        more.put(model, capabilities);
        return new Endpoint(name, baseUrl, keys, headers, more, transport);
    }

    public Endpoint withTransport(Transport transport) {
        return new Endpoint(name, baseUrl, keys, headers, models, transport);
    }

    /** What its {@link #models} say of this model, else what is publicly known of it here, else what is assumed of all. */
    public Capabilities capabilities(String model) {
        Capabilities declared = models.get(model);
        return declared != null ? declared : ModelCatalog.capabilities(baseUrl, model);
    }

    /** All that must not be shown: the keys, and the values of header fields that are named like keys. */
    public List<Secret> secrets() {
        Stream<Secret> fields = headers.entrySet().stream()
                .filter(header -> SECRET_FIELD.matcher(header.getKey()).find())
                .flatMap(header -> Arrays.stream(header.getValue().split("\\s+")))
                .filter(word -> word.length() >= 8)
                .map(Secret::of);
        return Stream.concat(keys.stream(), fields).distinct().toList();
    }

    /** Names the header fields and tells none of their values. */
    @Override
    public String toString() {
        return "Endpoint[name=" + name + ", baseUrl=" + Redactor.ofKeyForms().redact(baseUrl.toString()) + ", keys="
                + keys + ", headers=" + headers.keySet() + ", models=" + models.keySet() + ", transport=" + transport
                + "]";
    }

    private static URI parse(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            // Not its message, which repeats the URL, nor the URL, which may have a key in it.
            throw new IllegalArgumentException("The base URL cannot be read (" + e.getReason() + " at position "
                    + e.getIndex() + "): is it https://host/path?");
        }
    }

    private static URI checked(URI url, Transport transport) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (url.getHost() == null || !Set.of("http", "https").contains(scheme)) {
            throw new IllegalArgumentException("A base URL is absolute, https://host/path for one");
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException("A base URL has no user, password or fragment: keys go into 'keys'");
        }
        boolean clear = scheme.equals("http");
        if (clear && !isLoopback(url.getHost()) && transport.wire() != Transport.Wire.UNENCRYPTED) {
            throw new IllegalArgumentException(
                    "The base URL of " + url.getHost()
                            + " is http, so keys could be read on the way: use https, or allow it with Transport.Wire.UNENCRYPTED");
        }
        String text = url.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
    }

    public static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    private static void checkHeader(String field, String value) {
        if (!FIELD_NAME.matcher(field).matches()) {
            throw new IllegalArgumentException("'" + field + "' is no name of a header field");
        }
        if (OURS.contains(field.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("The header field '" + field + "' is set by the transport");
        }
        if (!FIELD_VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "The value of header field '" + field + "' has a line break or a character that is not ASCII");
        }
    }

    /**
     * Signs requests of a vendor for whom a key alone is not enough: AWS with its Signature Version 4, for one. What it
     * answers is added to the request as it is. It is asked anew for each request and must not block; credentials that have
     * to be fetched are part of its {@link Mono}. An error of it fails the attempt as {@link
     * dev.understudy.chat.FailureKind#AUTH}; nothing of its message is shown.
     */
    @FunctionalInterface
    public interface Signer {

        /**
         * @param method {@code "POST"} or {@code "GET"}
         * @param uri as it will be sent; the request's {@code Host} is the one it names
         * @param headers the fields that will be sent, by lower-case name, {@code Host} and {@code Content-Length} aside
         * @param body the bytes that will be sent; not to be changed
         * @return the header fields to add: {@code Authorization}, {@code X-Amz-Date} and so on
         */
        Mono<Map<String, String>> sign(String method, URI uri, Map<String, String> headers, byte[] body);
    }
}
