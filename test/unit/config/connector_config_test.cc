// SPDX-License-Identifier: Apache-2.0
#include "config/connector_config.h"

#include <doctest/doctest.h>

#include "config/java_map.h"

namespace millrace::config {
namespace {

Properties Source(Properties more) {
  more.insert({{"name", "c"}, {"connector.class", "X"}});
  return more;
}

std::string Error(ConnectorType type, const Properties& config) {
  Result<ConnectorConfig> made = ConnectorConfig::Make(type, config);
  return made.ok() ? "" : made.status().message();
}

TEST_CASE("a connector takes the defaults of Kafka Connect") {
  Result<ConnectorConfig> c = ConnectorConfig::Make(ConnectorType::kSource, Source({}));
  REQUIRE(c.ok());
  CHECK(c->name == "c");
  CHECK(c->tasks_max == 1);
  CHECK(c->tasks_max_enforce);
  CHECK(c->key_converter.class_name.empty());
  CHECK(c->tolerance == Tolerance::kNone);
  CHECK(c->retry_timeout_ms == 0);
  CHECK(c->retry_delay_max_ms == 60000);
  CHECK(!c->topic_creation);
  CHECK(c->topic_groups.empty());
}

TEST_CASE("converters and overrides are split off with their settings") {
  Result<ConnectorConfig> c =
      ConnectorConfig::Make(ConnectorType::kSource, Source({{"key.converter", " Json "},
                                                            {"key.converter.schemas.enable", "false"},
                                                            {"key.converter.plugin.version", "1"},
                                                            {"value.converter.schemas.enable", "ignored"},
                                                            {"producer.override.acks", "1"},
                                                            {"errors.tolerance", "all"}}));
  REQUIRE(c.ok());
  CHECK(c->key_converter.class_name == "Json");
  CHECK(c->key_converter.version == "1");
  CHECK(c->key_converter.config == Properties{{"schemas.enable", "false"}});
  // Without a converter of its own a connector uses the worker's, with the worker's settings.
  CHECK(c->value_converter.class_name.empty());
  CHECK(c->value_converter.config.empty());
  CHECK(c->producer_override == Properties{{"acks", "1"}});
  CHECK(c->tolerance == Tolerance::kAll);
}

TEST_CASE("transformations come in order, with their predicates") {
  Result<ConnectorConfig> c = ConnectorConfig::Make(ConnectorType::kSource, Source({{"transforms", "b, a"},
                                                                                    {"transforms.a.type", "A"},
                                                                                    {"transforms.a.field", "f"},
                                                                                    {"transforms.b.type", "B"},
                                                                                    {"transforms.b.predicate", "p"},
                                                                                    {"transforms.b.negate", "TRUE"},
                                                                                    {"predicates", "p"},
                                                                                    {"predicates.p.type", "P"},
                                                                                    {"predicates.p.name", "n"}}));
  REQUIRE_MESSAGE(c.ok(), c.status().message());
  REQUIRE(c->transforms.size() == 2);
  CHECK(c->transforms[0].alias == "b");
  CHECK(c->transforms[0].predicate == "p");
  CHECK(c->transforms[0].negate);
  CHECK(c->transforms[0].config.empty());
  CHECK(c->transforms[1].class_name == "A");
  CHECK(c->transforms[1].config == Properties{{"field", "f"}});
  REQUIRE(c->predicates.size() == 1);
  CHECK(c->predicates[0].config == Properties{{"name", "n"}});
  CHECK(Error(ConnectorType::kSource, Source({{"transforms", "a"}})) ==
        "Missing required configuration \"transforms.a.type\" which has no default value.");
  CHECK(Error(ConnectorType::kSource,
              Source({{"transforms", "a"}, {"transforms.a.type", "A"}, {"transforms.a.predicate", "q"}}))
            .find("refers to the predicate q") != std::string::npos);
}

TEST_CASE("topic groups fall back to the default group, which is last and takes every topic") {
  Result<ConnectorConfig> c =
      ConnectorConfig::Make(ConnectorType::kSource, Source({{"topic.creation.groups", "g, default, h"},
                                                            {"topic.creation.default.partitions", "2"},
                                                            {"topic.creation.default.replication.factor", "-1"},
                                                            {"topic.creation.default.cleanup.policy", "compact"},
                                                            {"topic.creation.default.include", "ignored"},
                                                            {"topic.creation.g.include", "a.*,b"},
                                                            {"topic.creation.g.exclude", "abc"},
                                                            {"topic.creation.g.partitions", "7"},
                                                            {"topic.creation.g.retention.ms", "5"}}));
  REQUIRE_MESSAGE(c.ok(), c.status().message());
  CHECK(c->topic_creation);
  REQUIRE(c->topic_groups.size() == 3);
  const TopicGroup& g = c->topic_groups[0];
  CHECK(g.name == "g");
  CHECK(g.include == std::vector<std::string>{"a.*", "b"});
  CHECK(g.exclude == std::vector<std::string>{"abc"});
  CHECK(g.partitions == 7);
  CHECK(g.replication_factor == -1);
  CHECK(g.topic_config == Properties{{"retention.ms", "5"}});
  CHECK(c->topic_groups[1].partitions == 2);
  const TopicGroup& last = c->topic_groups[2];
  CHECK(last.name == "default");
  CHECK(last.include == std::vector<std::string>{".*"});
  CHECK(last.topic_config == Properties{{"cleanup.policy", "compact"}});
}

TEST_CASE("topic creation is refused as Java's constructor refuses it") {
  CHECK(Error(ConnectorType::kSource, Source({{"topic.creation.default.partitions", "1"}})) ==
        "Missing required configuration \"topic.creation.default.replication.factor\" which has no default value.");
  CHECK(Error(ConnectorType::kSource, Source({{"topic.creation.default.partitions", "x"},
                                              {"topic.creation.default.replication.factor", "1"}})) ==
        "Invalid value x for configuration topic.creation.default.partitions: Not a number of type INT");
  CHECK(Error(ConnectorType::kSource, Source({{"topic.creation.default.partitions", "0"},
                                              {"topic.creation.default.replication.factor", "1"}})) ==
        "Invalid value 0 for configuration partitions: Number of partitions must be positive, or -1 to use the "
        "broker's default");
  CHECK(Error(ConnectorType::kSource, Source({{"topic.creation.groups", "g"},
                                              {"topic.creation.default.partitions", "1"},
                                              {"topic.creation.default.replication.factor", "1"},
                                              {"topic.creation.g.include", "("}}))
            .starts_with("Invalid value [(] for configuration include: Syntax error in regular expression: Unclosed"));
}

TEST_CASE("a sink's topics are distinct and its regular expression is taken as written") {
  Result<ConnectorConfig> c = ConnectorConfig::Make(
      ConnectorType::kSink, Source({{"topics", "a, b,a,,c"}, {"errors.deadletterqueue.topic.name", " d "}}));
  REQUIRE(c.ok());
  CHECK(c->topics == std::vector<std::string>{"a", "b", "c"});
  CHECK(c->topics_regex.empty());
  CHECK(c->dlq_topic == "d");
  CHECK(c->dlq_replication_factor == 3);
  c = ConnectorConfig::Make(ConnectorType::kSink, Source({{"topics.regex", " a.*"}}));
  CHECK(c->topics_regex == " a.*");
}

TEST_CASE("only the first problem is told, as Java's constructors do") {
  CHECK(Error(ConnectorType::kSink, {{"connector.class", "X"}, {"tasks.max", "x"}}) ==
        "Missing required configuration \"name\" which has no default value.");
}

TEST_CASE("maps are printed in the order of Java's HashMap") {
  CHECK(JavaMapText({{"name", "rs-up"}, {"topic", "t"}, {"file", "f"}, {"tasks.max", "1"}, {"batch.size", "78"}}) ==
        "{name=rs-up, topic=t, file=f, tasks.max=1, batch.size=78}");
  CHECK(JavaMapText({{"connector.class", std::nullopt}, {"name", "x"}}) == "{connector.class=null, name=x}");
  CHECK(JavaMapText({}) == "{}");
  CHECK(JavaHashOrder({"schemas.enable", "decimal.format"}) == std::vector<size_t>{1, 0});
}

}  // namespace
}  // namespace millrace::config
