// SPDX-License-Identifier: MIT
// qrepod-cluster-soak [--minutes N] [--seed S] [--clients K] …; see ../README.md

#include "soak/cluster/game.h"
#include "soak/cluster/node.h"
#include "soak/tally.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

namespace {

//! Each client takes one file here, and one at its node.
void allowManyFiles()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

//! Returns each fault alone, each fault of a node with each of Redis, and cut lines with each of
//! both.
std::vector<std::vector<ClusterGame::Fault>> rounds()
{
    using Fault = ClusterGame::Fault;
    std::vector<std::vector<Fault>> rounds;
    for (const auto ofNode : ClusterGame::nodeFaults) {
        rounds.push_back({ofNode});
        rounds.push_back({ofNode, Fault::CutLines});
        for (const auto ofRedis : ClusterGame::redisFaults)
            rounds.push_back({ofNode, ofRedis});
    }
    for (const auto ofRedis : ClusterGame::redisFaults) {
        rounds.push_back({ofRedis});
        rounds.push_back({ofRedis, Fault::CutLines});
    }
    for (const auto ofLines : ClusterGame::lineFaults)
        rounds.push_back({ofLines});
    return rounds;
}

//! Goes through all rounds again and again, in an order drawn from the seed.
void soak(ClusterGame &game, const ClusterPlan &plan)
{
    std::mt19937 random(plan.seed);
    auto order = rounds();
    QElapsedTimer clock;
    clock.start();
    int minutes = 0;
    while (game.isSound() && clock.elapsed() < plan.milliseconds) {
        std::shuffle(order.begin(), order.end(), random);
        for (const auto &faults : order) {
            if (!game.isSound() || clock.elapsed() >= plan.milliseconds)
                break;
            game.applyFaults(faults);
            if (clock.elapsed() / 60'000 > minutes) {
                minutes = int(clock.elapsed() / 60'000);
                std::printf("%d min: %s\n", minutes, qPrintable(game.summary()));
                std::fflush(stdout);
            }
        }
    }
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == "node")
        return serveNode(arguments.mid(2));
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOption({"minutes", "How long to run; fractions are allowed.", "n", "2"});
    parser.addOption({"seed", "Seed of the random faults.", "s", "1"});
    parser.addOption(
        {"clients", "Clients without a session for each of the three nodes.", "k", "300"});
    parser.addOption({"travellers", "Clients with a session for each node.", "n", "30"});
    parser.addOption({"rate", "How many messages each client sends per second.", "n", "0.5"});
    parser.addOption({"lease", "The lease time, in milliseconds.", "ms", "2000"});
    parser.process(application);
    ClusterPlan plan;
    plan.seed = parser.value("seed").toUInt();
    plan.clients = parser.value("clients").toInt();
    plan.travellers = parser.value("travellers").toInt();
    plan.rate = parser.value("rate").toDouble();
    plan.leaseTime = parser.value("lease").toInt();
    plan.milliseconds = qint64(parser.value("minutes").toDouble() * 60'000);
    allowManyFiles();

    ClusterGame game(plan);
    game.start();
    soak(game, plan);
    game.judge();
    std::printf("seed %u, %.3g minutes: %s\n", plan.seed, double(plan.milliseconds) / 60'000,
                qPrintable(game.summary()));
    return tally().violations == 0 ? 0 : 1;
}
