package dev.understudy.ops.admin;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of the dashboard. They hold no data and need no token; the page asks for one and reads the routes with it. Only
 * these files are served, from memory.
 */
final class Dashboard {

    /**
     * One file.
     *
     * @param type media type
     */
    record Asset(String type, byte[] bytes) {}

    static final String PATH = "/understudy/";

    /** Scripts and styles come from this server only, and nothing of the page can be framed or posted elsewhere. */
    static final Map<String, String> HEADERS = Map.of(
            "content-security-policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
                    + "trusted-types 'none'",
            "referrer-policy",
            "no-referrer",
            "cross-origin-opener-policy",
            "same-origin",
            "cross-origin-resource-policy",
            "same-origin");

    private static final String FOLDER = "/dev/understudy/ops/dashboard/";
    private static final String SCRIPT = "text/javascript; charset=utf-8";

    private static final Map<String, String> TYPES = Map.of(
            "index.html", "text/html; charset=utf-8",
            "dashboard.css", "text/css; charset=utf-8",
            "icon.svg", "image/svg+xml",
            "app.js", SCRIPT,
            "api.js", SCRIPT,
            "dom.js", SCRIPT,
            "charts.js", SCRIPT,
            "providers.js", SCRIPT,
            "calls.js", SCRIPT);

    private final Map<String, Asset> assets = new LinkedHashMap<>();

    Dashboard() {
        TYPES.forEach((name, type) -> assets.put(PATH + name, new Asset(type, read(name))));
    }

    private static byte[] read(String name) {
        try (InputStream file = Dashboard.class.getResourceAsStream(FOLDER + name)) {
            if (file == null) {
                throw new IllegalStateException("The jar lacks " + FOLDER + name);
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot be read", e);
        }
    }

    /** Returns the file at a path; {@code null} if there is none. */
    @Nullable
    Asset find(String path) {
        boolean page = path.equals(PATH) || PATH.equals(path + "/");
        return assets.get(page ? PATH + "index.html" : path);
    }
}
