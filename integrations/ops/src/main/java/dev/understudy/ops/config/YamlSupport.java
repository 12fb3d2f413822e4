package dev.understudy.ops.config;

import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;
import tools.jackson.dataformat.yaml.YAMLReadFeature;

/** The one place that knows the parser of YAML, which need not be on the class path. */
final class YamlSupport {

    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .streamReadConstraints(ConfigParser.BOUNDS)
            .disable(YAMLReadFeature.EMPTY_STRING_AS_NULL)
            .build();

    private YamlSupport() {}

    /** Declared as what it is at least, so that nobody loads the parser's classes who does not call this. */
    static TokenStreamFactory factory() {
        return FACTORY;
    }

    /** Whether the value at hand has an anchor, or stands for one. */
    static boolean isShared(JsonParser parser) {
        return parser instanceof YAMLParser yaml && (yaml.isCurrentAlias() || yaml.getObjectId() != null);
    }
}
