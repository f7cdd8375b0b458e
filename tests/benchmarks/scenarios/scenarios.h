// SPDX-License-Identifier: MIT
#pragma once

#include "samples.h"

#include <QtCore/qstringlist.h>

//! The rows of the table in README.md, one per file. With \a isQuick they measure less.
namespace Scenarios {

std::vector<Scenario> stream(bool isQuick);
Scenario pumpCost(bool isQuick);
Scenario handlers(bool isQuick);
Scenario roundTrip(bool isQuick);
Scenario broadcast(bool isQuick);
Scenario idle(bool isQuick);
Scenario memory(bool isQuick);
Scenario metrics(bool isQuick);
Scenario rooms(bool isQuick);
Scenario largePayload(bool isQuick);

//! Runs what largePayload() restarts this program for, if \a arguments ask for it.
bool printCopies(const QStringList &arguments);

Scenario flood(bool isQuick);
Scenario state(bool isQuick);
Scenario stateProperties(bool isQuick);
Scenario stateUnchanged(bool isQuick);
Scenario stateMotion(bool isQuick);
Scenario session(bool isQuick);

} // namespace Scenarios
