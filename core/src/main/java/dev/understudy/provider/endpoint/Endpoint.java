package dev.understudy.provider.endpoint;

import dev.understudy.chat.Capabilities;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.text.Redactor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Address, keys and options of a provider.
 *
 * @param name the provider's name in logs, events and metrics; one word
 * @param baseUrl URL that the paths of the API are appended to; https, except for loopback or with
 *     {@link Transport.Wire#UNENCRYPTED}
 * @param keys one or many (used in turn, a rate-limited one is skipped until its limit resets), or none for servers
 *     without keys
 * @param headers header fields of every request
 * @param models capabilities of models; a model that is missing here has the publicly known ones at a vendor's own
 *     address, else the assumed ones
 * @param transport options of the connections
 * @param credentials source of a credential that changes, in place of keys; {@code null} for none
 */
public record Endpoint(
        String name,
        URI baseUrl,
        List<Secret> keys,
        Map<String, String> headers,
        Map<String, Capabilities> models,
        Transport transport,
        @Nullable CredentialsSource credentials) {

    private static final Pattern FIELD_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern FIELD_VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");
    private static final Pattern SECRET_FIELD = Pattern.compile("(?i)auth|key|token|secret|cookie|password");
    private static final Set<String> SET_BY_TRANSPORT =
            Set.of("host", "content-length", "transfer-encoding", "connection");

    /**
     * Checks the values.
     *
     * @param name the provider's name in logs, events and metrics
     * @param baseUrl URL that the paths of the API are appended to
     * @param keys one or many (used in turn, a rate-limited one is skipped until its limit resets), or none for servers
     *     without keys
     * @param headers header fields of every request
     * @param models capabilities of models
     * @param transport options of the connections
     * @param credentials source of a credential that changes, in place of keys; {@code null} for none
     * @throws IllegalArgumentException if the name is not one word, the URL is not allowed, a key is given twice, a
     *     header field is invalid or set by the transport, or there are both keys and a source of credentials
     */
    public Endpoint {
        if (name.isBlank() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("A provider's name is one word: '" + name + "'");
        }
        baseUrl = checked(baseUrl, transport);
        keys = List.copyOf(keys);
        if (Set.copyOf(keys).size() != keys.size()) {
            throw new IllegalArgumentException("A key of provider '" + name + "' is given twice");
        }
        if (credentials != null && !keys.isEmpty()) {
            throw new IllegalArgumentException(
                    "Provider '" + name + "' has keys and a source of credentials; it can use one of them");
        }
        headers.forEach(Endpoint::checkHeader);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        models = Map.copyOf(models);
    }

    /**
     * An endpoint without headers and models, with the default transport.
     *
     * @param name the provider's name in logs, events and metrics
     * @param baseUrl absolute URL that paths are appended to, {@code https://api.openai.com/v1} for one
     * @param keys one, many or none
     * @return the endpoint
     * @throws IllegalArgumentException if a value is invalid; the message contains no key
     */
    public static Endpoint of(String name, String baseUrl, String... keys) {
        return of(name, baseUrl, Transport.defaults(), keys);
    }

    /**
     * An endpoint without headers and models, with a transport that may allow an http URL.
     *
     * @param name the provider's name in logs, events and metrics
     * @param baseUrl absolute URL that paths are appended to
     * @param transport options of the connections
     * @param keys one, many or none
     * @return the endpoint
     * @throws IllegalArgumentException if a value is invalid; the message contains no key
     */
    public static Endpoint of(String name, String baseUrl, Transport transport, String... keys) {
        return new Endpoint(
                name,
                parse(baseUrl),
                Arrays.stream(keys).map(Secret::of).toList(),
                Map.of(),
                Map.of(),
                transport,
                null);
    }

    /**
     * Replaces the name.
     *
     * @param name the provider's name in logs, events and metrics; one word
     * @return a copy with the value
     */
    public Endpoint withName(String name) {
        return new Endpoint(name, baseUrl, keys, headers, models, transport, credentials);
    }

    /**
     * Replaces the base URL.
     *
     * @param baseUrl absolute URL that paths are appended to
     * @return a copy with the value
     * @throws IllegalArgumentException if the URL is not allowed
     */
    public Endpoint withBaseUrl(String baseUrl) {
        return new Endpoint(name, parse(baseUrl), keys, headers, models, transport, credentials);
    }

    /**
     * Replaces all keys.
     *
     * @param keys one, many or none
     * @return a copy with the value
     */
    public Endpoint withKeys(Secret... keys) {
        return new Endpoint(name, baseUrl, List.of(keys), headers, models, transport, null);
    }

    /**
     * Adds a header field to every request, or replaces its value.
     *
     * @param field name of the header field
     * @param value value in ASCII
     * @return a copy with the header field
     * @throws IllegalArgumentException if the field is invalid or set by the transport
     */
    public Endpoint withHeader(String field, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(field, value);
        return new Endpoint(name, baseUrl, keys, more, models, transport, credentials);
    }

    /**
     * Declares the capabilities of a model.
     *
     * @param model the model's name
     * @param capabilities capabilities of the model
     * @return a copy with the value
     */
    public Endpoint withModel(String model, Capabilities capabilities) {
        Map<String, Capabilities> more = new LinkedHashMap<>(models);
        more.put(model, capabilities);
        return new Endpoint(name, baseUrl, keys, headers, more, transport, credentials);
    }

    /**
     * Replaces the keys by a source of a credential that changes.
     *
     * @param source the source; {@code null} for none
     * @return a copy with the value and without keys
     */
    public Endpoint withCredentials(@Nullable CredentialsSource source) {
        return new Endpoint(name, baseUrl, List.of(), headers, models, transport, source);
    }

    /**
     * Replaces the options of the connections.
     *
     * @param transport options of the connections
     * @return a copy with the value
     */
    public Endpoint withTransport(Transport transport) {
        return new Endpoint(name, baseUrl, keys, headers, models, transport, credentials);
    }

    /**
     * Capabilities of a model: those declared in {@link #models}, else the publicly known ones at this address, else
     * the assumed ones.
     *
     * @param model the model's name
     * @return the capabilities
     */
    public Capabilities capabilities(String model) {
        Capabilities declared = models.get(model);
        return declared != null ? declared : ModelCatalog.capabilities(baseUrl, model);
    }

    /**
     * Everything that must not be printed: the keys, the password of the proxy, and the values of header fields with
     * names like those of keys.
     *
     * @return the secrets, without duplicates
     */
    public List<Secret> secrets() {
        Stream<Secret> fields = headers.entrySet().stream()
                .filter(header -> SECRET_FIELD.matcher(header.getKey()).find())
                .flatMap(header -> Arrays.stream(header.getValue().split("\\s+")))
                .filter(word -> word.length() >= 8)
                .map(Secret::of);
        Secret proxy = transport.network().proxy().password();
        Stream<Secret> known = proxy == null ? keys.stream() : Stream.concat(keys.stream(), Stream.of(proxy));
        return Stream.concat(known, fields).distinct().toList();
    }

    /** Shows the names of header fields without their values, and no key. */
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
        boolean local = transport.network().unixSocket() != null;
        if (local && !clear) {
            throw new IllegalArgumentException("A server at a Unix domain socket has an http URL");
        }
        if (clear && !local && !isLoopback(url.getHost()) && transport.wire() != Transport.Wire.UNENCRYPTED) {
            throw new IllegalArgumentException(
                    "The base URL of " + url.getHost()
                            + " is http, so keys could be read on the way: use https, or allow it with Transport.Wire.UNENCRYPTED");
        }
        String text = url.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
    }

    /**
     * Recognises names and addresses of this machine by their text, without resolving them.
     *
     * @param host host of a URL
     * @return {@code true} for {@code localhost}, {@code 127.*.*.*} and {@code [::1]}
     */
    public static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("[::1]")
                || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    private static void checkHeader(String field, String value) {
        if (!FIELD_NAME.matcher(field).matches()) {
            throw new IllegalArgumentException("'" + field + "' is no name of a header field");
        }
        if (SET_BY_TRANSPORT.contains(field.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("The header field '" + field + "' is set by the transport");
        }
        if (!FIELD_VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "The value of header field '" + field + "' has a line break or a character that is not ASCII");
        }
    }

    /**
     * Signs requests to a vendor that needs more than a key: AWS with its Signature Version 4, for one. Each request is
     * signed anew, and the resulting header fields are added to it unchanged. An error fails the attempt as
     * {@link dev.understudy.chat.FailureKind#AUTH}, without showing its message.
     */
    @FunctionalInterface
    public interface Signer {

        /**
         * Signs one request. Must not block; credentials that have to be fetched are part of the {@link Mono}.
         *
         * @param method {@code "POST"} or {@code "GET"}
         * @param uri URL of the request, which also names its {@code Host}
         * @param headers header fields of the request by lower-case name, without {@code Host} and
         *     {@code Content-Length}
         * @param body bytes of the request; must not be changed
         * @return header fields to add: {@code Authorization}, {@code X-Amz-Date} and so on
         */
        Mono<Map<String, String>> sign(String method, URI uri, Map<String, String> headers, byte[] body);
    }

    /**
     * Source of a credential that changes: access tokens of OAuth, or a key in a file that is replaced. Set with
     * {@link Endpoint#withCredentials}. The credential is requested by the first call, again before it expires, and once more
     * when the vendor answers 401; calls that need it at one time share one request. An error, an empty result or a result
     * that has expired already fails the call with {@link dev.understudy.chat.FailureKind#AUTH}, so that another provider is
     * asked; the limits of the attempt apply to the wait.
     */
    @FunctionalInterface
    public interface CredentialsSource {

        /**
         * One credential.
         *
         * @param secret the token or key, sent where an API key would be
         * @param expiresAt instant from which the vendor refuses it; {@code null} if it is not known
         */
        record Credential(Secret secret, @Nullable Instant expiresAt) {

            /**
             * Checks the value.
             *
             * @param secret the token or key
             * @param expiresAt instant from which the vendor refuses it; {@code null} if it is not known
             */
            public Credential {
                Objects.requireNonNull(secret, "secret");
            }

            /**
             * A credential whose end is not known: used until the vendor answers 401.
             *
             * @param secret the token or key
             * @return the credential
             */
            public static Credential of(String secret) {
                return new Credential(Secret.of(secret), null);
            }

            /**
             * A credential with a known life time.
             *
             * @param secret the token or key
             * @param lifetime time from now until it expires, such as {@code expires_in} of OAuth
             * @return the credential
             */
            public static Credential of(String secret, Duration lifetime) {
                long now = Schedulers.parallel().now(TimeUnit.MILLISECONDS);
                return new Credential(
                        Secret.of(secret), Instant.ofEpochMilli(now).plus(lifetime));
            }
        }

        /**
         * Requests the credential, when subscribed to. Must not block the subscriber's thread.
         *
         * @return the credential that is valid now
         */
        Mono<Credential> credential();

        /**
         * A key in a file, such as a mounted secret. The file is read again after half a minute, and when the vendor
         * answers 401, on {@code Schedulers.boundedElastic()}. White space around the key is removed.
         *
         * @param file file with the key
         * @return the source; it fails while the file is missing or empty
         */
        static CredentialsSource ofFile(Path file) {
            return () -> Mono.fromCallable(() -> Credential.of(read(file), Duration.ofSeconds(30)))
                    .subscribeOn(Schedulers.boundedElastic());
        }

        private static String read(Path file) {
            try {
                String key = Files.readString(file).strip();
                if (key.isEmpty()) {
                    throw new IllegalStateException("The file " + file + " holds no key");
                }
                return key;
            } catch (IOException e) {
                throw new UncheckedIOException("The key cannot be read from " + file, e);
            }
        }
    }
}
