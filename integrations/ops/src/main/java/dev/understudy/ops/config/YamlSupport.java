package dev.understudy.ops.config;

import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;
import tools.jackson.dataformat.yaml.YAMLReadFeature;

/** Encapsulates the YAML parser, which is optional on the class path. */
final class YamlSupport {

    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .streamReadConstraints(ConfigParser.BOUNDS)
            .disable(YAMLReadFeature.EMPTY_STRING_AS_NULL)
            .build();

    private YamlSupport() {}

    /** Returns the general type, so that the parser's classes are loaded by calls of this method only. */
    static TokenStreamFactory factory() {
        return FACTORY;
    }

    /** Returns {@code true} if the current value has an anchor or is an alias. */
    static boolean isShared(JsonParser parser) {
        return parser instanceof YAMLParser yaml && (yaml.isCurrentAlias() || yaml.getObjectId() != null);
    }
}
