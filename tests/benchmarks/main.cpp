// SPDX-License-Identifier: MIT
// qrepod-bench [--rounds N] [--scenario NAME]… [--quick] [--json FILE]; see README.md

#include "peers.h"
#include "report.h"
#include "scenarios/scenarios.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSysInfo>
#include <QtCore/QThread>

#include <cstdio>

namespace {

std::vector<Scenario> allScenarios(bool isQuick)
{
    std::vector<Scenario> all = Scenarios::stream(isQuick);
    for (const auto &make :
         {Scenarios::pumpCost, Scenarios::handlers, Scenarios::roundTrip, Scenarios::broadcast,
          Scenarios::idle, Scenarios::memory, Scenarios::metrics, Scenarios::rooms,
          Scenarios::largePayload, Scenarios::flood, Scenarios::state, Scenarios::stateProperties,
          Scenarios::stateUnchanged, Scenarios::stateMotion, Scenarios::session})
        all.push_back(make(isQuick));
    return all;
}

//! Each round runs every contender once, so that disturbances of the machine affect all of them.
QJsonObject measure(const Scenario &scenario, int rounds, const QStringList &only)
{
    Report report(scenario);
    for (int round = 0; round < rounds; ++round) {
        for (size_t i = 0; i < scenario.contenders.size(); ++i) {
            const Contender &contender = scenario.contenders[i];
            const auto isWanted = [&](const QString &name) {
                return contender.name.contains(name);
            };
            if (only.isEmpty() || std::any_of(only.begin(), only.end(), isWanted))
                report.add(i, contender.run());
        }
    }
    report.print();
    return report.json();
}

QString machine()
{
    return QStringLiteral("%1 cores, %2, Qt %3")
        .arg(QThread::idealThreadCount())
        .arg(QSysInfo::prettyProductName(), QString::fromLatin1(qVersion()));
}

bool write(const QString &path, const QJsonObject &results)
{
    QFile file(path);
    if (file.open(QIODevice::WriteOnly)
        && file.write(QJsonDocument(results).toJson(QJsonDocument::Compact)) > 0)
        return true;
    std::fprintf(stderr, "%s: %s\n", qPrintable(path), qPrintable(file.errorString()));
    return false;
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    if (Scenarios::printCopies(application.arguments()))
        return 0;
    QCommandLineParser parser;
    parser.setApplicationDescription("Measures QRepod beside its peers.");
    parser.addHelpOption();
    parser.addOption({"rounds", "How often each is measured.", "n", "5"});
    parser.addOption({"scenario", "Runs only this scenario; may be repeated.", "name"});
    parser.addOption(
        {"only", "Runs only contenders whose name contains this; may be repeated.", "text"});
    parser.addOption({"quick", "Does a tenth of the work, to check that everything runs."});
    parser.addOption({"json", "Writes the results to this file.", "file"});
    parser.process(application);
    const QStringList wanted = parser.values("scenario");

    std::printf("%s\n", qPrintable(machine()));
    const QStringList missing = Peers::missing();
    for (const QString &name : missing)
        std::printf("skipped: %s, which was not there when this was built\n", qPrintable(name));

    QJsonArray results;
    for (const Scenario &scenario : allScenarios(parser.isSet("quick"))) {
        if (wanted.isEmpty() || wanted.contains(scenario.name))
            results.append(
                measure(scenario, parser.value("rounds").toInt(), parser.values("only")));
    }
    const bool isWritten = !parser.isSet("json")
        || write(parser.value("json"),
                 {{"machine", machine()},
                  {"skipped", QJsonArray::fromStringList(missing)},
                  {"scenarios", results}});
    return isWritten ? 0 : 1;
}
