package dev.understudy.ops;

import tools.jackson.core.JsonParser;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;
import tools.jackson.dataformat.yaml.YAMLReadFeature;

/** The one place that knows the parser of YAML, which need not be on the class path. */
final class YamlText {

    static final YAMLFactory FACTORY = YAMLFactory.builder()
            .streamReadConstraints(Parsing.BOUNDS)
            .disable(YAMLReadFeature.EMPTY_STRING_AS_NULL)
            .build();

    private YamlText() {}

    /** Whether the value at hand has an anchor, or stands for one. */
    static boolean isShared(JsonParser parser) {
        return parser instanceof YAMLParser yaml && (yaml.isCurrentAlias() || yaml.getObjectId() != null);
    }
}
