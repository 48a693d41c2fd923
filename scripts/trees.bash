# What synthesizes another tree of this repository as the working tree is synthesized; sourced by scripts that run
# in the working tree's root.
export PATH="$PWD/.venv/bin:$PWD/node_modules/.bin:$PATH" CDK_DISABLE_CLI_TELEMETRY=true

# What `make` prepares for a synth: the same models, the functions as they are prepared here.
share_with() { # a tree
	mkdir -p "$1/build" build/artifacts
	ln -s "$PWD/build/artifacts" "$1/build/artifacts"
	# Releases of a local registry name archives in it.
	[[ ! -d build/registry ]] || ln -s "$PWD/build/registry" "$1/build/registry"
	[[ ! -d build/lambda ]] || cp -a build/lambda "$1/build/lambda"
}

# The functions as the tree has them.
package_functions() { # a tree
	[[ ! -f $1/scripts/package_lambda.py ]] || (cd "$1" && python scripts/package_lambda.py)
}

# A model that is not trained here is declared all the same, with an error annotation.
synth_tree() { # a tree and where its assembly goes, as an absolute path
	local context=(--context env="${ENV:-dev}")
	# Trees from before this setting leave such a model out.
	! grep -qsw untrained "$1/stacks/settings.py" || context+=(--context untrained=placeholder)
	(cd "$1" && cdk synth --quiet --no-notices --ignore-errors "${context[@]}" --output "$2")
}
