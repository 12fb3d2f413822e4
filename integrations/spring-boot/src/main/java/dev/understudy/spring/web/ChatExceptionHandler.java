package dev.understudy.spring.web;

import dev.understudy.chat.ChatException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers requests whose call failed with problem details, for annotated controllers and functional routes. A response whose
 * headers are sent already is aborted, as for any other error.
 */
public final class ChatExceptionHandler implements WebExceptionHandler {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Creates the handler. */
    public ChatExceptionHandler() {}

    @Override
    public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
        ServerHttpResponse response = exchange.getResponse();
        if (!(error instanceof ChatException failed) || response.isCommitted()) {
            return Mono.error(error);
        }
        ProblemDetail problem = UnderstudyProblems.of(failed);
        response.setRawStatusCode(problem.getStatus());
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
        headers.putAll(UnderstudyProblems.headers(failed));
        byte[] body = JSON.writeValueAsBytes(
                fields(problem, exchange.getRequest().getPath().value()));
        headers.setContentLength(body.length);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    /** Returns the fields in the order of RFC 9457; those of extensions are fields of their own. */
    private static Map<String, Object> fields(ProblemDetail problem, String path) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", String.valueOf(problem.getType()));
        fields.put("title", String.valueOf(problem.getTitle()));
        fields.put("status", problem.getStatus());
        fields.put("detail", String.valueOf(problem.getDetail()));
        fields.put("instance", path);
        Map<String, Object> more = problem.getProperties();
        if (more != null) {
            fields.putAll(more);
        }
        return fields;
    }
}
