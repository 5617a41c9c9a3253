#!/usr/bin/env bash
# Adds a migration for both engines: tools/add-migration.sh <Name>
set -euo pipefail
cd "$(dirname "$0")/.."
name=${1:?Usage: tools/add-migration.sh <Name>}
providers=(Sqlite Postgres)

dotnet tool restore >/dev/null
dotnet build tools/DesignTime -nologo -v q
for provider in "${providers[@]}"; do
  dotnet ef migrations add "$name" --no-build --context "${provider}LarkDbContext" \
    --project src/LarkService --startup-project tools/DesignTime \
    --output-dir "../../migrations/$provider" --namespace "LarkService.Migrations.$provider"
  # The snapshot is put where its namespace points inside the project, whatever the output folder.
  find src/LarkService -name "${provider}LarkDbContextModelSnapshot.cs" -exec mv {} "migrations/$provider/" \;
  rm -rf src/LarkService/LarkService
  # The scaffolder writes a byte order mark and white space at line ends; this repository has neither.
  find "migrations/$provider" -name '*.cs' -exec sed -i -e '1s/^\xEF\xBB\xBF//' -e 's/[[:space:]]*$//' {} +
done

# What was written must compile and be all there is.
dotnet build tools/DesignTime -nologo -v q
for provider in "${providers[@]}"; do
  dotnet ef migrations has-pending-model-changes --no-build --context "${provider}LarkDbContext" \
    --project src/LarkService --startup-project tools/DesignTime
done
