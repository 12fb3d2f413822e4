package dev.understudy.provider;

import dev.understudy.chat.ChatException.CallFailed;
import dev.understudy.chat.Failure;
import dev.understudy.chat.FailureKind;
import dev.understudy.provider.catalog.ModelCatalog;
import dev.understudy.provider.endpoint.Endpoint;
import dev.understudy.provider.endpoint.OpenAiCompatibility;
import dev.understudy.provider.http.HttpProvider;
import dev.understudy.provider.json.JsonErrors;
import dev.understudy.provider.openai.OpenAiChat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Reads a model catalog from a URL or a file, and puts it to use. Failures leave the catalog in use as it is. */
final class CatalogSource {

    /** Limit of a document in bytes. */
    static final int MAX_BYTES = 4 << 20;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private CatalogSource() {}

    static Mono<LocalDate> refresh(Endpoint source) {
        return Mono.using(
                        () -> new HttpProvider(source, new OpenAiChat(OpenAiCompatibility.defaults())),
                        provider -> provider.document(MAX_BYTES).timeout(TIMEOUT, Schedulers.parallel()),
                        HttpProvider::close)
                .onErrorMap(TimeoutException.class, late -> failed(FailureKind.TIMEOUT, "no catalog in " + TIMEOUT))
                .map(ModelCatalog::use);
    }

    static Mono<LocalDate> refresh(Path file) {
        return Mono.fromCallable(() -> read(file))
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorMap(
                        IOException.class,
                        error -> failed(
                                FailureKind.INVALID_REQUEST,
                                "the catalog cannot be read: "
                                        + error.getClass().getSimpleName()))
                .map(ModelCatalog::use);
    }

    private static byte[] read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw JsonErrors.rejected("a catalog of more than " + MAX_BYTES + " bytes");
        }
        return Files.readAllBytes(file);
    }

    private static CallFailed failed(FailureKind kind, String message) {
        return new CallFailed(Failure.of(kind, message));
    }
}
